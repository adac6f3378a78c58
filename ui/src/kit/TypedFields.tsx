import { useTranslation } from "react-i18next";
import {
  controlOf,
  type Draft,
  type FieldSpec,
  type FieldSpecs,
  type InputFault,
  optionText,
} from "@/lib/inputSpec";
import type { FieldFault } from "@/lib/problem";
import { Field } from "./Field";
import { Input } from "./Input";
import { Select } from "./Select";
import { SwitchField } from "./SwitchField";
import { Textarea } from "./Textarea";

interface Props {
  specs: FieldSpecs;
  draft: Draft;
  faults: Record<string, InputFault>;
  /** What the server said about a field. */
  messages?: Record<string, FieldFault | undefined>;
  onChange: (draft: Draft) => void;
}

/** Fields for typed inputs: of a workflow, a template or an approval. */
export function TypedFields({ specs, draft, faults, messages = {}, onChange }: Props) {
  return Object.entries(specs).map(([name, spec]) => (
    <TypedField
      key={name}
      name={name}
      spec={spec}
      value={draft[name] ?? ""}
      fault={faults[name]}
      message={messages[name]}
      onChange={(value) => onChange({ ...draft, [name]: value })}
    />
  ));
}

interface OneProps {
  name: string;
  spec: FieldSpec;
  value: string | boolean;
  fault: InputFault | undefined;
  message: FieldFault | undefined;
  onChange: (value: string | boolean) => void;
}

/** write_the_name becomes "write the name": definitions name inputs for machines. */
const readable = (name: string) => {
  const words = name.replace(/[_-]+/g, " ").trim();
  return words.slice(0, 1).toUpperCase() + words.slice(1);
};

function TypedField({ name, spec, value, fault, message, onChange }: OneProps) {
  const { t } = useTranslation();
  const kind = controlOf(name, spec);
  const label = spec.required ? readable(name) : t("field.optional", { name: readable(name) });
  const error = fault ? t(`field.fault.${fault}`) : message;
  const hint = spec.description ? <span dir="auto">{spec.description}</span> : undefined;
  if (kind === "switch") {
    return (
      <SwitchField
        label={readable(name)}
        hint={hint}
        error={error}
        isOn={value === true}
        onChange={onChange}
      />
    );
  }
  const text = String(value);
  return (
    <Field label={label} hint={hint} error={error}>
      {(control) => {
        switch (kind) {
          case "options":
            return (
              <Select
                {...control}
                required={spec.required}
                value={text}
                onChange={(event) => onChange(event.target.value)}
              >
                {(!spec.required || text === "") && <option value="">{t("field.choose")}</option>}
                {(spec.options ?? []).map((option) => (
                  <option key={optionText(option)} value={optionText(option)}>
                    {optionText(option)}
                  </option>
                ))}
              </Select>
            );
          case "long":
          case "json":
            return (
              <Textarea
                {...control}
                rows={3}
                value={text}
                className={kind === "json" ? "font-mono" : undefined}
                spellCheck={kind !== "json"}
                onChange={(event) => onChange(event.target.value)}
              />
            );
          case "number":
            return (
              <Input
                {...control}
                inputMode="decimal"
                value={text}
                onChange={(event) => onChange(event.target.value)}
              />
            );
          case "text":
            return (
              <Input
                {...control}
                dir="auto"
                value={text}
                onChange={(event) => onChange(event.target.value)}
              />
            );
        }
      }}
    </Field>
  );
}
