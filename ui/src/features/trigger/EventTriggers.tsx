import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Plus, Trash2, Zap } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { deleteEventTrigger, eventTriggersOptions } from "@/api/triggers";
import { useCan } from "@/api/useCan";
import type { EventTrigger } from "@/api/workflow-engine";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { LastRun } from "./LastRun";
import { NewEventTriggerDialog } from "./NewEventTriggerDialog";

/** Which events inside the system start which workflows. */
export function EventTriggers() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const query = useQuery(eventTriggersOptions);
  const canOrder = useCan("execute_workflow");
  const [isCreating, setCreating] = useState(false);
  const [asking, setAsking] = useState<EventTrigger | null>(null);
  const remove = useMutation({
    mutationFn: (trigger: EventTrigger) => deleteEventTrigger(trigger.id),
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(null);
      void queryClient.invalidateQueries({ queryKey: keys.eventTriggers });
    },
  });
  const create = canOrder && (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t("event.new")}
    </Button>
  );
  return (
    <>
      <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
        {(triggers) =>
          triggers.length === 0 ? (
            <EmptyState icon={Zap} title={t("event.none")} text={t("event.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <>
              <div className="mb-4 flex justify-end">{create}</div>
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                {triggers.map((trigger) => (
                  <li key={trigger.id} className="flex items-center gap-4 px-4 py-3">
                    <div className="min-w-0 flex-1">
                      <p className="flex flex-wrap items-center gap-2">
                        <code className="font-mono text-sm" dir="ltr">
                          {trigger.event}
                        </code>
                        {trigger.source === "definition" && (
                          <Badge>{t("event.inDefinition")}</Badge>
                        )}
                      </p>
                      {trigger.if && (
                        <p className="mt-0.5 truncate text-muted text-xs">
                          {t("event.if")}{" "}
                          <code className="font-mono" dir="ltr">
                            {trigger.if}
                          </code>
                        </p>
                      )}
                      <Link
                        to="/workflows/$slug"
                        params={{ slug: trigger.workflow }}
                        className="text-muted text-xs hover:text-ink hover:underline"
                      >
                        <bdi>{trigger.workflow}</bdi>
                      </Link>
                      <p className="mt-0.5 flex flex-wrap items-center gap-1.5 text-muted text-xs">
                        {t("schedule.last")}:{" "}
                        <LastRun run={trigger.last_run} name={trigger.event} />
                      </p>
                    </div>
                    {canOrder && trigger.source !== "definition" && (
                      <Button
                        tone="ghost"
                        size="icon"
                        aria-label={t("event.deleteWhat", { event: trigger.event })}
                        onClick={() => setAsking(trigger)}
                      >
                        <Trash2 aria-hidden />
                      </Button>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {isCreating && <NewEventTriggerDialog onClose={() => setCreating(false)} />}
      <Confirm
        isOpen={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => asking && remove.mutate(asking)}
        isBusy={remove.isPending}
        title={t("schedule.deleteTitle", { name: asking?.event ?? "" })}
        text={t("event.deleteText")}
        action={t("action.delete")}
      />
    </>
  );
}
