import { useTranslation } from "react-i18next";
import type { Priority } from "@/api/types";
import { Field } from "@/kit/Field";
import { Select } from "@/kit/Select";

const priorities: Priority[] = ["critical", "high", "medium", "low"];

interface Props {
  value: Priority;
  onChange: (priority: Priority) => void;
}

export function PrioritySelect({ value, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Field label={t("item.priority")}>
      {(control) => (
        <Select
          {...control}
          value={value}
          onChange={(event) => onChange(event.target.value as Priority)}
        >
          {priorities.map((priority) => (
            <option key={priority} value={priority}>
              {t(`priority.${priority}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
