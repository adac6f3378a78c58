import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Activity } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { executionsOptions } from "@/api/executions";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { MoreButton } from "@/kit/MoreButton";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { rereadAfter } from "@/lib/reread";
import { isFinal } from "@/lib/status";
import { ExecutionRow } from "./ExecutionRow";
import { Filters } from "./Filters";
import { countFilters, type ExecutionSearch, toFilter, toggled } from "./filter";

/** How often the list is read again while something in it moves, and while all of it has ended. */
const rereadMs = 4_000;
const idleMs = 15_000;

export function ExecutionsPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/shell/executions" });
  const navigate = useNavigate({ from: "/executions" });
  // From the address as it is then: two quick clicks are two changes.
  const change = (next: (before: ExecutionSearch) => Partial<ExecutionSearch>) =>
    void navigate({
      search: (before) => ({ ...before, ...next(before) }),
      replace: true,
      resetScroll: false,
    });
  // A span ends when it was chosen: every answer of its pages must be about the same stretch.
  const filter = useMemo(() => toFilter(search, Date.now()), [search]);
  const query = useInfiniteQuery({
    ...executionsOptions(filter),
    placeholderData: (before) => before,
    // While something moves, the list moves too; schedules and others start new ones at any time.
    refetchInterval: ({ state: { data } }) => {
      const pages = data?.pages ?? [];
      const isMoving = pages.some((page) => page.items.some((each) => !isFinal(each.status)));
      return rereadAfter(isMoving ? rereadMs : idleMs, pages.length);
    },
  });
  const isFiltered = countFilters(search) > 0 || search.status !== undefined;
  return (
    <Page title={t("nav.executions")}>
      <Filters
        search={search}
        onChange={(next) => change(() => next)}
        onToggle={(status) => change((before) => ({ status: toggled(before.status, status) }))}
      />
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
                title={isFiltered ? t("execution.noneWith") : t("execution.none")}
                text={isFiltered ? t("execution.noneWithText") : t("execution.noneText")}
              >
                <Button asChild>
                  {isFiltered ? (
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
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
