import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { diffLines, fold, type Line, type Pair, sideBySide } from "@/lib/diff";
import { useFormats } from "@/lib/useFormats";
import { useMedia } from "@/lib/useMedia";
import { Button } from "./Button";
import { ScrollPane } from "./ScrollPane";

interface Props {
  label: string;
  before: string;
  after: string;
  /** It stands in a column that has no room for two texts, unless somebody wants them so. */
  isInColumn?: boolean;
}

const tones = {
  same: "",
  added: "bg-ok-soft",
  removed: "bg-danger-soft",
};
const signs = { same: " ", added: "+", removed: "-" };

/** Two texts, beside each other or as one. Left to right like all code. */
export function DiffView({ label, before, after, isInColumn = false }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isNarrow = useMedia("(width < 64rem)");
  const [wanted, setWanted] = useState<"split" | "unified" | null>(null);
  const mode = wanted ?? (isNarrow || isInColumn ? "unified" : "split");
  const lines = useMemo(() => diffLines(before, after), [before, after]);
  const added = lines.filter((line) => line.kind === "added").length;
  const removed = lines.filter((line) => line.kind === "removed").length;
  return (
    <section
      aria-label={label}
      className="min-w-0 rounded-lg border border-line bg-surface shadow-card"
    >
      <div className="flex flex-wrap items-center gap-3 border-line border-b px-4 py-2 text-sm">
        <h2 className="font-medium">{label}</h2>
        <span className="text-ok text-xs tabular-nums" dir="ltr">
          +{formats.number(added)}
        </span>
        <span className="text-danger text-xs tabular-nums" dir="ltr">
          −{formats.number(removed)}
        </span>
        <div className="ms-auto flex gap-1">
          {(["split", "unified"] as const).map((each) => (
            <Button
              key={each}
              tone="ghost"
              size="sm"
              aria-pressed={each === mode}
              className={cn(each === mode && "bg-hover text-ink")}
              onClick={() => setWanted(each)}
            >
              {t(`diff.${each}`)}
            </Button>
          ))}
        </div>
      </div>
      {added + removed === 0 ? (
        <p className="p-4 text-muted text-sm">{t("diff.same")}</p>
      ) : (
        <ScrollPane
          label={label}
          dir="ltr"
          className="max-h-[40rem] rounded-t-none font-mono text-xs leading-5"
        >
          {mode === "split" ? <Split lines={lines} /> : <Unified lines={lines} />}
        </ScrollPane>
      )}
    </section>
  );
}

function Hidden({ count, columns }: { count: number; columns: number }) {
  const { t } = useTranslation();
  if (count === 0) return null;
  return (
    <tr>
      <td colSpan={columns} className="bg-sunken px-4 py-1 text-center font-sans text-muted">
        <bdi>{t("diff.hidden", { count })}</bdi>
      </td>
    </tr>
  );
}

const number = "w-10 select-none px-2 text-end text-muted tabular-nums align-top";
const code = "whitespace-pre-wrap break-words pe-3 align-top";

function Unified({ lines }: { lines: Line[] }) {
  return (
    <table className="w-full border-collapse">
      {fold(lines, (line) => line.kind !== "same").map((part) => (
        <tbody key={`${part.lines[0]?.before} ${part.lines[0]?.after}`}>
          <Hidden count={part.hidden} columns={3} />
          {part.lines.map((line) => (
            <tr key={`${line.before} ${line.after}`} className={tones[line.kind]}>
              <td className={number}>{line.before}</td>
              <td className={number}>{line.after}</td>
              <td className={code}>
                <span aria-hidden className="select-none">
                  {signs[line.kind]}{" "}
                </span>
                <Said line={line} />
              </td>
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Split({ lines }: { lines: Line[] }) {
  const pairs = sideBySide(lines);
  const isChanged = (pair: Pair) => pair.before?.kind !== "same";
  return (
    <table className="w-full table-fixed border-collapse">
      <colgroup>
        <col className="w-10" />
        <col />
        <col className="w-10" />
        <col />
      </colgroup>
      {fold(pairs, isChanged).map((part) => (
        <tbody key={`${part.lines[0]?.before?.before} ${part.lines[0]?.after?.after}`}>
          <Hidden count={part.hidden} columns={4} />
          {part.lines.map((pair) => (
            <tr key={`${pair.before?.before} ${pair.after?.after}`}>
              <Side line={pair.before} which="before" />
              <Side line={pair.after} which="after" />
            </tr>
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Side({ line, which }: { line: Line | null; which: "before" | "after" }) {
  const tone = line ? tones[line.kind] : "bg-sunken";
  return (
    <>
      <td className={cn(number, tone)}>{line?.[which]}</td>
      <td className={cn(code, tone)}>{line && <Said line={line} />}</td>
    </>
  );
}

/** Colour alone must not say what was added. */
function Said({ line }: { line: Line }) {
  const text = line.text === "" ? " " : line.text;
  if (line.kind === "added") return <ins className="no-underline">{text}</ins>;
  if (line.kind === "removed") return <del className="no-underline">{text}</del>;
  return text;
}
