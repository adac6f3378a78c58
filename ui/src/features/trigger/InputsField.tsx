import { useTranslation } from "react-i18next";
import { Field } from "@/kit/Field";
import { Textarea } from "@/kit/Textarea";
import type { FieldFault } from "@/lib/problem";

interface Props {
  label: string;
  hint: string;
  placeholder: string;
  value: string;
  isWrong: boolean;
  error: FieldFault | undefined;
  onChange: (value: string) => void;
}

/** The workflow's inputs as JSON; its texts may hold expressions. */
export function InputsField({ label, hint, placeholder, value, isWrong, error, onChange }: Props) {
  const { t } = useTranslation();
  return (
    <Field
      label={t("field.optional", { name: label })}
      hint={hint}
      error={isWrong ? t("field.fault.object") : error}
    >
      {(control) => (
        <Textarea
          {...control}
          dir="ltr"
          rows={2}
          spellCheck={false}
          className="font-mono text-xs"
          placeholder={placeholder}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}
