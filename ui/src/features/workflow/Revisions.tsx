import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import type { Revision, Workflow } from "@/api/workflow-engine";
import { revisionsOptions } from "@/api/workflows";
import { EmptyState } from "@/kit/EmptyState";
import { Field } from "@/kit/Field";
import { Loaded } from "@/kit/Loaded";
import { Select } from "@/kit/Select";
import { Skeleton } from "@/kit/Skeleton";
import { When } from "@/kit/When";
import { useFormats } from "@/lib/useFormats";
import { Difference } from "./Difference";
import { RestoreButton } from "./RestoreButton";

/** Every saving, and what changed between any two of them. */
export function Revisions({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const query = useQuery(revisionsOptions(workflow.slug));
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-60" />}>
      {(revisions) => {
        const sorted = [...revisions].sort((a, b) => b.revision - a.revision);
        return sorted.length === 0 ? (
          <EmptyState
            icon={History}
            title={t("workflow.noRevisions")}
            text={t("workflow.noRevisionsText")}
          />
        ) : (
          <Compared slug={workflow.slug} revisions={sorted} />
        );
      }}
    </Loaded>
  );
}

function Compared({ slug, revisions }: { slug: string; revisions: Revision[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const canSave = useCan("create_workflow");
  const search = useSearch({ from: "/shell/workflows/$slug" });
  const navigate = useNavigate({ from: "/workflows/$slug" });
  const newest = revisions[0]?.revision ?? 1;
  const to = search.to ?? newest;
  const from = search.from ?? revisions.find((each) => each.revision < to)?.revision ?? to;
  const choose = (change: { from?: number; to?: number }) =>
    void navigate({
      search: (before) => ({ ...before, from, to, ...change }),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[16rem_minmax(0,1fr)]">
      <ol className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card">
        {revisions.map((each) => (
          <li key={each.revision}>
            <button
              type="button"
              aria-pressed={each.revision === to}
              onClick={() =>
                choose({
                  to: each.revision,
                  from:
                    revisions.find((older) => older.revision < each.revision)?.revision ??
                    each.revision,
                })
              }
              className={`-outline-offset-2 block w-full px-4 py-2.5 text-start text-sm ${
                each.revision === to ? "bg-accent-soft" : "hover:bg-hover"
              }`}
            >
              <span className="block font-medium">
                {t("execution.revision", { revision: formats.number(each.revision) })}
              </span>
              <span className="block text-muted text-xs">
                <bdi>{each.created_by}</bdi> · <When at={each.created_at} />
              </span>
            </button>
          </li>
        ))}
      </ol>
      <div className="flex min-w-0 flex-col gap-4">
        <div className="grid grid-cols-2 gap-3 sm:max-w-md">
          <Pick
            label={t("workflow.from")}
            value={from}
            revisions={revisions}
            onPick={(value) => choose({ from: value })}
          />
          <Pick
            label={t("workflow.to")}
            value={to}
            revisions={revisions}
            onPick={(value) => choose({ to: value })}
          />
        </div>
        {canSave && to !== newest && (
          <RestoreButton key={to} slug={slug} revision={to} newest={newest} />
        )}
        {from === to ? (
          <p className="text-muted text-sm">{t("workflow.sameRevision")}</p>
        ) : (
          <Difference label={t("workflow.diff")} slug={slug} from={from} to={to} />
        )}
      </div>
    </div>
  );
}

interface PickProps {
  label: string;
  value: number;
  revisions: Revision[];
  onPick: (revision: number) => void;
}

function Pick({ label, value, revisions, onPick }: PickProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <Field label={label}>
      {(control) => (
        <Select {...control} value={value} onChange={(event) => onPick(Number(event.target.value))}>
          {revisions.map((each) => (
            <option key={each.revision} value={each.revision}>
              {t("execution.revision", { revision: formats.number(each.revision) })}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
