import { Search } from "lucide-react";
import { Input } from "@/kit/Input";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

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

/** Whether all words are somewhere in the texts. */
export function matches(wanted: string, texts: (string | null | undefined)[]): boolean {
  const all = texts.join(" ").toLocaleLowerCase();
  return wanted
    .toLocaleLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}
