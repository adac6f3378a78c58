import { type ReactNode, useId } from "react";
import { Switch } from "./Switch";

interface Props {
  label: string;
  hint?: ReactNode;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}

/** A switch with its label and what it means. */
export function SwitchField({ label, hint, isOn, onChange }: Props) {
  const id = useId();
  return (
    <div className="flex items-start gap-3">
      <Switch
        id={id}
        checked={isOn}
        onCheckedChange={onChange}
        aria-describedby={hint ? `${id}-note` : undefined}
      />
      <div className="min-w-0 text-sm">
        <label htmlFor={id} className="block font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-note`} className="text-muted text-xs">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
