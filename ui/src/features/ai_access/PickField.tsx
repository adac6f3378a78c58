import { type ReactNode, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { Choices } from "@/kit/Choices";
import { FaultText } from "@/kit/FaultText";
import { ScrollPane } from "@/kit/ScrollPane";
import { SearchInput } from "@/kit/SearchInput";
import { cn } from "@/lib/cn";
import { matches } from "@/lib/matches";
import type { FieldFault } from "@/lib/problem";
import { useFormats } from "@/lib/useFormats";
import type { OptionGroup } from "./options";
import { Ticks } from "./Ticks";

interface Props {
  label: string;
  /** What everything is called, and what is said when nothing is ticked. */
  all: string;
  nothing: string;
  /** The words of the field that searches; it comes when there is much to search. */
  search: string;
  groups: OptionGroup[];
  /** Null is everything. */
  value: string[] | null;
  error: FieldFault | undefined;
  onChange: (value: string[] | null) => void;
  /** What else stands beneath the list. */
  children?: ReactNode;
}

/** From here on a list is searched rather than read. */
const many = 8;

/** Everything, or only what is ticked. */
export function PickField({
  label,
  all,
  nothing,
  search,
  groups,
  value,
  error,
  onChange,
  children,
}: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const id = useId();
  const [wanted, setWanted] = useState("");
  // To everything and back must not lose what was ticked.
  const kept = useRef<string[] | null>(null);
  const options = groups.flatMap((group) => group.options);
  const count = options.filter((each) => value?.includes(each.value)).length;
  const shown = groups
    .map((group) => ({
      ...group,
      options: group.options.filter((each) => matches(wanted, [each.name, each.value])),
    }))
    .filter((group) => group.options.length > 0);
  const tick = (names: string[], isOn: boolean) => {
    const rest = (value ?? []).filter((each) => !names.includes(each));
    onChange(isOn ? [...rest, ...names] : rest);
  };
  const tickShown = (isOn: boolean) =>
    tick(
      shown.flatMap((group) => group.options.map((each) => each.value)),
      isOn,
    );
  return (
    <div className="flex flex-col gap-2">
      <Choices
        label={label}
        value={value === null ? "all" : "some"}
        options={[
          { value: "all", name: all },
          { value: "some", name: t("access.only") },
        ]}
        onChange={(which) => {
          if (which === "all") kept.current = value;
          // Ticked to begin with: whoever takes something away leaves the rest.
          onChange(which === "all" ? null : (kept.current ?? options.map((each) => each.value)));
        }}
      />
      {value !== null && (
        <>
          <div className="rounded-md border border-line">
            <div className="flex flex-wrap items-center gap-2 border-line border-b p-2">
              {options.length > many && (
                <SearchInput
                  label={search}
                  className="min-w-40 grow"
                  value={wanted}
                  onChange={setWanted}
                />
              )}
              <Button size="sm" onClick={() => tickShown(true)} aria-describedby={id}>
                {t("access.selectAll")}
              </Button>
              <Button size="sm" onClick={() => tickShown(false)} aria-describedby={id}>
                {t("access.clearAll")}
              </Button>
              <span
                id={id}
                role="status"
                className={cn("ms-auto text-xs", count === 0 ? "text-warn" : "text-muted")}
              >
                <span className="sr-only">{label}: </span>
                {t("access.ticked", {
                  shown: formats.number(count),
                  all: formats.number(options.length),
                })}
              </span>
            </div>
            <ScrollPane label={label} className="max-h-56 p-1">
              {shown.map((group) => (
                <Ticks key={group.key} group={group} value={value} onTick={tick} />
              ))}
              {shown.length === 0 && (
                <p className="p-2 text-muted text-sm">
                  {options.length === 0 ? t("access.nothingThere") : t("list.noneWith")}
                </p>
              )}
            </ScrollPane>
          </div>
          {count === 0 && <p className="text-warn text-xs">{nothing}</p>}
          {children}
        </>
      )}
      {error && (
        <p role="alert" className="text-danger text-xs">
          <FaultText fault={error} />
        </p>
      )}
    </div>
  );
}
