import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { workflowsOptions } from "@/api/workflows";
import { Field } from "@/kit/Field";
import { Select } from "@/kit/Select";
import type { FieldFault } from "@/lib/problem";

interface Props {
  /** The workflow's slug; empty while none is chosen. */
  value: string;
  error?: FieldFault;
  onChange: (slug: string) => void;
}

/** Which workflow is started. */
export function WorkflowField({ value, error, onChange }: Props) {
  const { t } = useTranslation();
  const { data: workflows } = useQuery(workflowsOptions);
  // One that is archived cannot be started; the one that is chosen is shown whatever it is.
  const offered = (workflows ?? []).filter(
    (each) => each.status !== "archived" || each.slug === value,
  );
  const isOther = value !== "" && !offered.some((each) => each.slug === value);
  return (
    <Field label={t("trigger.workflow")} error={error}>
      {(control) => (
        <Select
          {...control}
          required
          value={value}
          onChange={(event) => onChange(event.target.value)}
        >
          <option value="">{t("field.choose")}</option>
          {isOther && <option value={value}>{value}</option>}
          {offered.map((each) => (
            <option key={each.slug} value={each.slug}>
              {each.name}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
