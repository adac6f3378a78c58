import { ArrowUpDown, Minus, Pencil, Plus } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Change } from "@/api/workflow-engine";

const looks = {
  added: { icon: Plus, tone: "text-ok" },
  removed: { icon: Minus, tone: "text-danger" },
  changed: { icon: Pencil, tone: "text-warn" },
  moved: { icon: ArrowUpDown, tone: "text-muted" },
};

const short = (value: unknown) => {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "");
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
};

/** What changed in meaning, place by place; comments and spaces are not here. */
export function Changes({ changes }: { changes: Change[] }) {
  const { t } = useTranslation();
  if (changes.length === 0) {
    return <p className="text-muted text-sm">{t("workflow.noChanges")}</p>;
  }
  return (
    <ul
      aria-label={t("workflow.changes")}
      className="divide-y divide-line rounded-lg border border-line bg-surface text-sm shadow-card"
    >
      {changes.map((change) => {
        const { icon: Icon, tone } = looks[change.kind];
        return (
          <li
            key={`${change.kind} ${change.path}`}
            className="flex min-w-0 items-start gap-2 px-4 py-2"
          >
            <Icon className={`mt-0.5 size-4 shrink-0 ${tone}`} aria-hidden />
            <span className="sr-only">{t(`workflow.change.${change.kind}`)}</span>
            <span className="min-w-0" dir="ltr">
              <code className="break-words font-mono text-xs">{change.path}</code>
              {change.kind === "changed" && (
                <span className="block break-words text-muted text-xs">
                  <del>{short(change.before)}</del> →{" "}
                  <ins className="no-underline">{short(change.after)}</ins>
                </span>
              )}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
