import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { projectsOptions } from "@/api/projects";
import { workflowsOptions } from "@/api/workflows";
import { FilterChoice, FilterDay, FilterFold, FilterText } from "@/kit/Filter";
import { type ExecutionStatus, triggers } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import { countFilters, type ExecutionSearch, type Since, spans } from "./filter";
import { StatusFilter } from "./StatusFilter";

interface Props {
  search: ExecutionSearch;
  onChange: (change: Partial<ExecutionSearch>) => void;
  onToggle: (status: ExecutionStatus) => void;
}

export function Filters({ search, onChange, onToggle }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { data: workflows } = useQuery(workflowsOptions);
  const { data: projects } = useQuery(projectsOptions);
  const [isCustom, setCustom] = useState(search.from !== undefined || search.to !== undefined);
  const count = countFilters(search);
  const choose = (value: string) => {
    setCustom(value === "custom");
    const since = spans.find((each) => each === value);
    onChange({ since, from: undefined, to: undefined });
  };
  const or = (value: string) => value || undefined;
  return (
    <search className="mb-4 flex flex-col gap-3">
      <div className="flex flex-wrap gap-2">
        <FilterText
          label={t("execution.search")}
          value={search.q ?? ""}
          onChange={(q) => onChange({ q: or(q) })}
        />
        <FilterFold label={t("execution.filters")} count={count > 0 ? formats.number(count) : ""}>
          <FilterChoice
            label={t("execution.filterWorkflow")}
            all={t("execution.anyWorkflow")}
            value={search.workflow}
            options={(workflows ?? []).map((each) => [each.slug, each.name])}
            onChange={(workflow) => onChange({ workflow })}
          />
          <FilterChoice
            label={t("execution.filterProject")}
            all={t("execution.anyProject")}
            value={search.project}
            options={(projects?.items ?? []).map((each) => [each.key, each.name])}
            onChange={(project) => onChange({ project })}
          />
          <FilterChoice
            label={t("execution.filterTrigger")}
            all={t("execution.anyTrigger")}
            value={search.trigger}
            options={triggers.map((each) => [each, t(`trigger.kind.${each}`)])}
            onChange={(trigger) => onChange({ trigger })}
          />
          <FilterChoice
            label={t("execution.filterTime")}
            all={t("execution.anyTime")}
            value={search.since ?? (isCustom ? "custom" : undefined)}
            options={[
              ...spans.map((each): [string, string] => [
                each,
                t(`execution.since.${each as Since}`),
              ]),
              ["custom", t("execution.customTime")],
            ]}
            onChange={(value) => choose(value ?? "")}
          />
          {isCustom && (
            <>
              <FilterDay
                label={t("execution.fromDay")}
                value={search.from}
                onChange={(from) => onChange({ from })}
              />
              <FilterDay
                label={t("execution.toDay")}
                value={search.to}
                onChange={(to) => onChange({ to })}
              />
            </>
          )}
        </FilterFold>
      </div>
      <StatusFilter
        current={search.status ?? []}
        onToggle={onToggle}
        onAll={() => onChange({ status: undefined })}
      />
    </search>
  );
}
