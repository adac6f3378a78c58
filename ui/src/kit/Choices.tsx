import { useId } from "react";
import { cn } from "@/lib/cn";

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; name: string }[];
  onChange: (value: T) => void;
  isLabelHidden?: boolean;
  className?: string;
}

/** One of a few, all of them in sight. */
export function Choices<T extends string>({
  label,
  value,
  options,
  onChange,
  isLabelHidden,
  className,
}: Props<T>) {
  const name = useId();
  return (
    <fieldset className={cn("min-w-0", className)}>
      <legend className={cn("font-medium text-sm", isLabelHidden ? "sr-only" : "mb-1.5")}>
        {label}
      </legend>
      <div className="flex flex-wrap gap-1">
        {options.map((option) => (
          <label
            key={option.value}
            className={cn(
              "relative flex h-8 items-center rounded-md border border-line px-3 text-sm max-md:h-10 has-focus-visible:outline-2 has-focus-visible:outline-accent",
              option.value === value
                ? "border-accent bg-accent-soft font-medium text-accent"
                : "bg-surface hover:bg-hover",
            )}
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
