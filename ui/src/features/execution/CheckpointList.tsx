import { useQuery } from "@tanstack/react-query";
import { Flag } from "lucide-react";
import { useTranslation } from "react-i18next";
import { checkpointsOptions } from "@/api/executions";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { When } from "@/kit/When";
import { AgainButton } from "./AgainButton";

/** Safe points: work can be taken up from each. */
export function CheckpointList({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  const query = useQuery(checkpointsOptions(execution.id));
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
      {(points) =>
        points.length === 0 ? (
          <EmptyState
            icon={Flag}
            title={t("execution.noCheckpoints")}
            text={t("execution.noCheckpointsText")}
          />
        ) : (
          <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
            {points.map((point) => {
              const step = execution.steps.find((each) => each.id === point.step);
              return (
                <li key={point.seq} className="flex flex-wrap items-center gap-3 px-4 py-3">
                  <Flag className="size-4 text-accent" aria-hidden />
                  <div className="min-w-0 flex-1">
                    <p className="truncate font-medium text-sm">
                      <bdi>{point.name ?? step?.name ?? point.step}</bdi>
                    </p>
                    <p className="text-muted text-xs">
                      <bdi>{step?.name ?? point.step}</bdi> · <When at={point.at} />
                    </p>
                  </div>
                  <AgainButton execution={execution} after={point.step} />
                </li>
              );
            })}
          </ul>
        )
      }
    </Loaded>
  );
}
