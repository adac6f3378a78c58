import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import { Select } from "./Select";

interface Props extends Omit<ComponentProps<"select">, "onChange" | "value"> {
  value: string;
  /** Undefined while they are read. */
  projects: { key: string; name: string }[] | undefined;
  onChange: (key: string) => void;
}

/** One of the projects by its key, or none: an empty text. */
export function ProjectSelect({ projects, value, onChange, ...props }: Props) {
  const { t } = useTranslation();
  // One that is not among them, or not yet, must not look like none.
  const isOther = value !== "" && !projects?.some(({ key }) => key === value);
  return (
    <Select {...props} value={value} onChange={(event) => onChange(event.target.value)}>
      <option value="">{t("workflow.noProject")}</option>
      {isOther && <option value={value}>{value}</option>}
      {(projects ?? []).map(({ key, name }) => (
        <option key={key} value={key}>
          {name}
        </option>
      ))}
    </Select>
  );
}
