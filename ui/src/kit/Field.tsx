import { type ReactNode, useId } from "react";
import { cn } from "@/lib/cn";
import type { FieldFault } from "@/lib/problem";
import { FaultText } from "./FaultText";

interface Control {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
}

interface Props {
  label: string;
  hint?: ReactNode;
  error?: FieldFault;
  isLabelHidden?: boolean;
  className?: string;
  children: (control: Control) => ReactNode;
}

/** A label, a control, and the hint or error that belongs to it. */
export function Field({ label, hint, error, isLabelHidden, className, children }: Props) {
  const id = useId();
  const note = error ? <FaultText fault={error} /> : hint;
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className={cn("font-medium text-sm", isLabelHidden && "sr-only")}>
        {label}
      </label>
      {children({
        id,
        "aria-describedby": note ? `${id}-note` : undefined,
        "aria-invalid": error ? true : undefined,
      })}
      {note && (
        <p id={`${id}-note`} className={cn("text-xs", error ? "text-danger" : "text-muted")}>
          {note}
        </p>
      )}
    </div>
  );
}
