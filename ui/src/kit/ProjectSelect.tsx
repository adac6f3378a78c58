import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "./Select";

interface Props extends Omit<ComponentProps<"select">, "onChange"> {
  /** Undefined while they are read. */
  projects: { key: string; name: string }[] | undefined;
  onChange: (key: string) => void;
}

/** One of the projects by its key, or none: an empty text. */
export function ProjectSelect({ projects, onChange, ...props }: Props) {
  const { t } = useTranslation();
  return (
    <Select {...props} onChange={(event) => onChange(event.target.value)}>
      <option value="">{t("workflow.noProject")}</option>
      {(projects ?? []).map(({ key, name }) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </Select>
  );
}
