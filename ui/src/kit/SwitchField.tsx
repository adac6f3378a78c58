import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";
import type { FieldFault } from "@/lib/problem";
import { FaultText } from "./FaultText";
import { Switch } from "./Switch";

interface Props {
  label: string;
  hint?: ReactNode;
  error?: FieldFault;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

/** A switch with its label and what it means. */
export function SwitchField({ label, hint, error, isOn, onChange }: Props) {
  const id = useId();
  const note = error ? <FaultText fault={error} /> : hint;
  return (
    <div className="flex items-start gap-3">
      <Switch
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        aria-describedby={note ? `${id}-note` : undefined}
        aria-invalid={error ? true : undefined}
      />
      <div className="min-w-0 text-sm">
        <label htmlFor={id} className="block font-medium">
          {label}
        </label>
        {note && (
          <p id={`${id}-note`} className={cn("text-xs", error ? "text-danger" : "text-muted")}>
            {note}
          </p>
        )}
      </div>
    </div>
  );
}
