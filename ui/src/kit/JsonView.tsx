import { ChevronRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { CopyButton } from "./CopyButton";
import { ScrollPane } from "./ScrollPane";

interface Props {
  value: unknown;
  label: string;
  className?: string;
}

/** A value as a tree that opens and closes. Always left to right: it is data, not prose. */
export function JsonView({ value, label, className }: Props) {
  return (
    <div className={className}>
      <div className="mb-1.5 flex items-center justify-between gap-2">
        <p className="min-w-0 truncate font-medium text-sm">{label}</p>
        <CopyButton text={JSON.stringify(value, null, 2) ?? ""} what={label} />
      </div>
      <ScrollPane
        label={label}
        dir="ltr"
        className="max-h-96 bg-sunken p-3 font-mono text-xs leading-5"
      >
        <Node value={value} name={null} depth={0} />
      </ScrollPane>
    </div>
  );
}

/** Deeper levels begin closed when they are long. */
const manyEntries = 12;
const step = 200;

interface NodeProps {
  value: unknown;
  name: string | null;
  depth: number;
}

function Node({ value, name, depth }: NodeProps) {
  const { t } = useTranslation();
  const isList = Array.isArray(value);
  const entries: [string, unknown][] =
    typeof value === "object" && value !== null ? Object.entries(value) : [];
  const [isOpen, setOpen] = useState(depth < 1 || (depth < 4 && entries.length <= manyEntries));
  const [shown, setShown] = useState(step);
  if (typeof value !== "object" || value === null || entries.length === 0) {
    return (
      <div className="ps-4">
        <Name name={name} />
        <Plain value={value} />
      </div>
    );
  }
  return (
    <div>
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
        className="flex min-h-6 max-w-full items-center rounded text-start hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-4 shrink-0 text-muted transition-transform", isOpen && "rotate-90")}
        />
        <Name name={name} />
        <span className="text-muted">
          {isList ? `[${entries.length}]` : isOpen ? "{" : `{${entries.length}}`}
        </span>
      </button>
      {isOpen && (
        <div className="ms-2 border-line border-s ps-2">
          {entries.slice(0, shown).map(([key, each]) => (
            <Node key={key} name={key} value={each} depth={depth + 1} />
          ))}
          {entries.length > shown && (
            <button
              type="button"
              className="ps-4 text-accent underline underline-offset-2"
              onClick={() => setShown(shown + step)}
            >
              {t("action.more")}
            </button>
          )}
        </div>
      )}
    </div>
  );
}

function Name({ name }: { name: string | null }) {
  return name === null ? null : <span className="text-muted">{name}:&nbsp;</span>;
}

function Plain({ value }: { value: unknown }) {
  if (typeof value === "string") {
    return (
      <span dir="auto" className="whitespace-pre-wrap break-words">
        {value === "" ? '""' : value}
      </span>
    );
  }
  return (
    <span className={typeof value === "number" || typeof value === "boolean" ? "text-accent" : ""}>
      {JSON.stringify(value) ?? "null"}
    </span>
  );
}
