// The parts of a bar of filters: what stands in the address decides, and each part says what it is.
import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { cn } from "@/lib/cn";
import { Button } from "./Button";
import { Field } from "./Field";
import { Input } from "./Input";
import { SearchInput } from "./SearchInput";
import { Select } from "./Select";

interface FoldProps {
  /** The words of the button that opens the filters on phones. */
  label: string;
  /** How many stand, written out; empty for none. */
  count: string;
  children: ReactNode;
}

/** On phones the filters wait behind a button; elsewhere they stand in a row. */
export function FilterFold({ label, count, children }: FoldProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button className="md:hidden" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <SlidersHorizontal aria-hidden />
        {label}
        {count && <span className="tabular-nums">({count})</span>}
      </Button>
      <div
        className={cn(
          "grid min-w-0 grow grid-cols-2 gap-2 md:flex md:flex-wrap",
          !isOpen && "max-md:hidden",
        )}
      >
        {children}
      </div>
    </>
  );
}

interface ChoiceProps {
  label: string;
  /** What no choice is called. */
  all: string;
  value: string | undefined;
  options: readonly (readonly [value: string, name: string])[];
  onChange: (value: string | undefined) => void;
}

export function FilterChoice({ label, all, value, options, onChange }: ChoiceProps) {
  const known = value === undefined || options.some(([key]) => key === value);
  return (
    <div className="min-w-0 md:w-40">
      <Select
        aria-label={label}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value || undefined)}
      >
        <option value="">{all}</option>
        {!known && <option value={value}>{value}</option>}
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </Select>
    </div>
  );
}

interface DayProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

export function FilterDay({ label, value, onChange }: DayProps) {
  return (
    <Field label={label} isLabelHidden className="md:w-36">
      {(control) => (
        <Input
          {...control}
          type="date"
          value={value ?? ""}
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      )}
    </Field>
  );
}

interface TextProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

const typingMs = 300;

/** Typing must not ask the server for every letter. */
export function FilterText({ label, value, onChange, className }: TextProps) {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const sent = useRef(value);
  useEffect(() => {
    // What comes back of one's own typing must not take away what was typed since.
    if (value === sent.current) return;
    sent.current = value;
    clearTimeout(timer.current);
    setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <SearchInput
      label={label}
      className={cn("min-w-0 grow md:max-w-64", className)}
      value={typed}
      onChange={(next) => {
        setTyped(next);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          sent.current = next.trim();
          onChange(sent.current);
        }, typingMs);
      }}
    />
  );
}
