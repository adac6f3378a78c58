import type { ReactNode } from "react";
import type { FieldFault } from "@/lib/problem";
import { Field } from "./Field";
import { Input } from "./Input";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  hint?: ReactNode;
  error?: FieldFault;
  /** What is counted, after the number: `$`, `s`. */
  unit?: string;
  placeholder?: string;
  isRequired?: boolean;
  className?: string;
}

/** A number typed by hand, with its unit beside it. Numbers stand left to right everywhere. */
export function AmountField({ unit, value, onChange, isRequired, placeholder, ...props }: Props) {
  return (
    <Field {...props}>
      {(control) => (
        <span className="relative block" dir="ltr">
          {unit && (
            <span
              aria-hidden
              className="pointer-events-none absolute inset-y-0 start-2.5 flex items-center text-muted text-sm"
            >
              {unit}
            </span>
          )}
          <Input
            {...control}
            required={isRequired}
            inputMode="decimal"
            autoComplete="off"
            placeholder={placeholder}
            className={unit ? "ps-7 tabular-nums" : "tabular-nums"}
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        </span>
      )}
    </Field>
  );
}
