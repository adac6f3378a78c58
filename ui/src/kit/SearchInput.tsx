import { Search } from "lucide-react";
import { cn } from "@/lib/cn";
import { Input } from "./Input";

interface Props {
  label: string;
  value: string;
  onChange: (value: string) => void;
  className?: string;
}

/** A field to search with: its label stands in it, and a glass beside it. */
export function SearchInput({ label, value, onChange, className }: Props) {
  return (
    <div className={cn("relative", className)}>
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
        onKeyDown={(event) => {
          // It searches as one types: Enter must not send a form that it happens to stand in.
          if (event.key === "Enter") event.preventDefault();
        }}
      />
    </div>
  );
}
