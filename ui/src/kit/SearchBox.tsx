import { Search } from "lucide-react";
import { Input } from "./Input";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Searches what is on the page. */
export function SearchBox({ label, value, onChange }: Props) {
  return (
    <search className="relative mb-4 block max-w-sm">
      <Search
        aria-hidden
        className="pointer-events-none absolute inset-y-0 start-2.5 my-auto size-4 text-muted"
      />
      <Input
        type="search"
        aria-label={label}
        placeholder={label}
        dir="auto"
        className="ps-8"
        value={value}
        onChange={(event) => onChange(event.target.value)}
      />
    </search>
  );
}
