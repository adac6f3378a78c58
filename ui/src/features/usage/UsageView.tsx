import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChartColumn, Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { usageOptions, usageTable } from "@/api/costs";
import { Button } from "@/kit/Button";
import { Choices } from "@/kit/Choices";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { saveFile } from "@/lib/saveFile";
import { Breakdown } from "./Breakdown";
import { DailyChart } from "./DailyChart";
import { FirstSteps } from "./FirstSteps";
import { RangeBar } from "./RangeBar";
import { groups, measures, type UsageSearch, wishOf } from "./search";
import { Totals } from "./Totals";

/** What was used and what it cost: each day, and by whom or what. */
export function UsageView() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/shell/cost-pages/admin/usage" });
  const navigate = useNavigate({ from: "/admin/usage" });
  const measure = search.measure ?? "cost";
  const group = search.group ?? "platform";
  const now = Date.now();
  const days = useQuery({
    ...usageOptions(wishOf(search, "day", now)),
    placeholderData: (before) => before,
  });
  const lines = useQuery({
    ...usageOptions(wishOf(search, group, now)),
    placeholderData: (before) => (before?.group_by === group ? before : undefined),
  });
  const save = useMutation({
    mutationFn: () => usageTable(wishOf(search, group, now)),
    onSuccess: (table) => saveFile(`usage-by-${group}.csv`, table),
    onError: (error) => toastProblem(error),
  });
  // From the address as it is then: two quick clicks are two changes.
  const change = (next: Partial<UsageSearch>) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: true,
      resetScroll: false,
    });
  return (
    <div className="flex flex-col gap-5">
      <RangeBar search={search} onChange={change} />
      <Loaded query={days} skeleton={<Skeleton className="h-72" />}>
        {(report) =>
          report.total.calls === 0 ? (
            <EmptyState icon={ChartColumn} title={t("usage.none")} text={t("usage.noneText")}>
              <FirstSteps />
            </EmptyState>
          ) : (
            <>
              <Totals total={report.total} />
              <Panel
                title={t("usage.perDay")}
                text={t("usage.utc")}
                actions={
                  <Choices
                    label={t("usage.measure")}
                    isLabelHidden
                    value={measure}
                    options={measures.map((each) => ({ value: each, name: t(`usage.${each}`) }))}
                    onChange={(next) => change({ measure: next === "cost" ? undefined : next })}
                  />
                }
              >
                <DailyChart days={report.items} measure={measure} />
              </Panel>
              <section aria-labelledby="usage-by" className="flex flex-col gap-3">
                <div className="flex flex-wrap items-center justify-between gap-2">
                  <h2 id="usage-by" className="font-semibold">
                    {t(`usage.by.${group}`)}
                  </h2>
                  <Button isBusy={save.isPending} onClick={() => save.mutate()}>
                    {!save.isPending && <Download aria-hidden />}
                    {t("usage.download")}
                  </Button>
                </div>
                <Choices
                  label={t("usage.groupBy")}
                  isLabelHidden
                  value={group}
                  options={groups.map((each) => ({ value: each, name: t(`usage.group.${each}`) }))}
                  onChange={(next) => change({ group: next === "platform" ? undefined : next })}
                />
                <Loaded query={lines} skeleton={<Skeleton className="h-40" />}>
                  {(shown) => <Breakdown report={shown} group={group} measure={measure} />}
                </Loaded>
              </section>
            </>
          )
        }
      </Loaded>
    </div>
  );
}
