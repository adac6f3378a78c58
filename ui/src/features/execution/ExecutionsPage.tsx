import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { Activity } from "lucide-react";
import { useTranslation } from "react-i18next";
import { executionsOptions } from "@/api/executions";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { isFinal } from "@/lib/status";
import { ExecutionRow } from "./ExecutionRow";
import { StatusFilter } from "./StatusFilter";

const rereadMs = 4_000;

export function ExecutionsPage() {
  const { t } = useTranslation();
  const { status, project } = useSearch({ from: "/shell/executions" });
  const query = useInfiniteQuery({
    ...executionsOptions({ status, project }),
    // While something moves, the list moves too.
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((each) => !isFinal(each.status)))
        ? rereadMs
        : false,
  });
  return (
    <Page title={t("nav.executions")}>
      <StatusFilter current={status} />
      <Loaded
        query={query}
        skeleton={
          <div className="flex flex-col gap-2">
            <Skeleton className="h-16" />
            <Skeleton className="h-16" />
            <Skeleton className="h-16" />
          </div>
        }
      >
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          if (items.length === 0) {
            return (
              <EmptyState
                icon={Activity}
                title={status ? t("execution.noneWith") : t("execution.none")}
                text={status ? t("execution.noneWithText") : t("execution.noneText")}
              >
                <Button asChild>
                  {status ? (
                    <Link to="/executions">{t("execution.showAll")}</Link>
                  ) : (
                    <Link to="/projects">{t("notFound.action")}</Link>
                  )}
                </Button>
              </EmptyState>
            );
          }
          return (
            <>
              <ul className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-surface shadow-card">
                {items.map((execution) => (
                  <ExecutionRow key={execution.id} execution={execution} />
                ))}
              </ul>
              {query.hasNextPage && (
                <div className="mt-4 flex justify-center">
                  <Button
                    isBusy={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {t("action.more")}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
