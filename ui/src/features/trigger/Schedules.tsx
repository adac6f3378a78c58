import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { CalendarClock, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { schedulesOptions } from "@/api/triggers";
import { useCan } from "@/api/useCan";
import type { Schedule } from "@/api/workflow-engine";
import { workflowsOptions } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { ScheduleDialog } from "./ScheduleDialog";
import { ScheduleRow } from "./ScheduleRow";

export function Schedules() {
  const { t } = useTranslation();
  const { workflow } = useSearch({ from: "/shell/triggers/$kind" });
  const query = useQuery(schedulesOptions);
  const { data: workflows } = useQuery(workflowsOptions);
  const canOrder = useCan("execute_workflow");
  const [edited, setEdited] = useState<Schedule | "new" | null>(null);
  const nameOf = (slug: string) => workflows?.find((each) => each.slug === slug)?.name ?? slug;
  const create = canOrder && (
    <Button tone="primary" onClick={() => setEdited("new")}>
      <Plus aria-hidden />
      {t("schedule.new")}
    </Button>
  );
  return (
    <>
      {workflow && (
        <p className="mb-4 flex flex-wrap items-center gap-x-3 text-muted text-sm">
          <bdi>{nameOf(workflow)}</bdi>
          <Link
            to="/triggers/$kind"
            params={{ kind: "schedules" }}
            className="text-accent underline-offset-2 hover:underline"
          >
            {t("execution.showAll")}
          </Link>
        </p>
      )}
      <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
        {(all) => {
          const shown = all.filter((each) => !workflow || each.workflow === workflow);
          if (shown.length === 0) {
            return (
              <EmptyState
                icon={CalendarClock}
                title={t("schedule.none")}
                text={t("schedule.noneText")}
              >
                {create}
              </EmptyState>
            );
          }
          return (
            <>
              <div className="mb-4 flex justify-end">{create}</div>
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                {shown.map((schedule) => (
                  <ScheduleRow
                    key={schedule.id}
                    schedule={schedule}
                    workflowName={nameOf(schedule.workflow)}
                    canOrder={canOrder}
                    onEdit={() => setEdited(schedule)}
                  />
                ))}
              </ul>
            </>
          );
        }}
      </Loaded>
      {edited && (
        <ScheduleDialog
          key={edited === "new" ? "new" : edited.id}
          schedule={edited === "new" ? null : edited}
          workflow={workflow}
          onClose={() => setEdited(null)}
        />
      )}
    </>
  );
}
