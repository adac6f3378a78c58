import { useInfiniteQuery } from "@tanstack/react-query";
import { ScrollText } from "lucide-react";
import { useTranslation } from "react-i18next";
import { journalOptions } from "@/api/executions";
import type { ExecutionDetail, JournalEntry } from "@/api/workflow-engine";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { MoreButton } from "@/kit/MoreButton";
import { Skeleton } from "@/kit/Skeleton";
import { useFormats } from "@/lib/useFormats";

/** Every fact that was recorded, as it was recorded: what the states are made from. */
export function JournalView({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(journalOptions(execution.id));
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-80" />}>
      {({ pages }) => {
        const facts = pages.flatMap((page) => page.items);
        if (facts.length === 0) {
          return (
            <EmptyState
              icon={ScrollText}
              title={t("execution.noJournal")}
              text={t("execution.noJournalText")}
            />
          );
        }
        return (
          <section aria-label={t("execution.view.journal")}>
            <ol className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card">
              {facts.map((fact) => (
                <Fact key={fact.seq} fact={fact} />
              ))}
            </ol>
            <MoreButton query={query} />
          </section>
        );
      }}
    </Loaded>
  );
}

function Fact({ fact }: { fact: JournalEntry }) {
  const formats = useFormats();
  const body = fact.body as Record<string, unknown> | null;
  const step = typeof body?.step === "string" ? body.step : null;
  return (
    <li>
      <details className="group">
        <summary className="grid cursor-pointer grid-cols-[3rem_minmax(0,1fr)_auto] items-center gap-3 px-4 py-2 text-sm hover:bg-hover">
          <span className="text-muted text-xs tabular-nums">{formats.number(fact.seq)}</span>
          <span className="min-w-0 truncate" dir="ltr">
            <span className="font-mono text-xs">{fact.kind}</span>
            {step && <span className="ms-2 text-muted text-xs">{step}</span>}
          </span>
          <time
            dateTime={fact.at}
            title={formats.dateTime(fact.at)}
            className="text-muted text-xs tabular-nums"
          >
            {formats.clock(fact.at)}
          </time>
        </summary>
        <pre
          dir="ltr"
          className="overflow-x-auto whitespace-pre-wrap break-words bg-sunken px-4 py-3 font-mono text-xs leading-5"
        >
          {JSON.stringify(fact.body, null, 2)}
        </pre>
      </details>
    </li>
  );
}
