import { useQuery } from "@tanstack/react-query";
import { Search, SlidersHorizontal } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { projectsOptions } from "@/api/projects";
import { workflowsOptions } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Select } from "@/kit/Select";
import { cn } from "@/lib/cn";
import { type ExecutionStatus, triggers } from "@/lib/status";
import { useFormats } from "@/lib/useFormats";
import { countFilters, type ExecutionSearch, type Since, spans } from "./filter";
import { StatusFilter } from "./StatusFilter";

interface Props {
  search: ExecutionSearch;
  onChange: (change: Partial<ExecutionSearch>) => void;
  onToggle: (status: ExecutionStatus) => void;
}

const typingMs = 300;

export function Filters({ search, onChange, onToggle }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { data: workflows } = useQuery(workflowsOptions);
  const { data: projects } = useQuery(projectsOptions);
  const [isOpen, setOpen] = useState(false);
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
        <TextFilter value={search.q ?? ""} onChange={(q) => onChange({ q: or(q) })} />
        <Button className="md:hidden" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          <SlidersHorizontal aria-hidden />
          {t("execution.filters")}
          {count > 0 && <span className="tabular-nums">({formats.number(count)})</span>}
        </Button>
        <div
          className={cn(
            "grid min-w-0 grow grid-cols-2 gap-2 md:flex md:flex-wrap",
            !isOpen && "max-md:hidden",
          )}
        >
          <Choice
            label={t("execution.filterWorkflow")}
            all={t("execution.anyWorkflow")}
            value={search.workflow}
            options={(workflows ?? []).map((each) => [each.slug, each.name])}
            onChange={(workflow) => onChange({ workflow })}
          />
          <Choice
            label={t("execution.filterProject")}
            all={t("execution.anyProject")}
            value={search.project}
            options={(projects?.items ?? []).map((each) => [each.key, each.name])}
            onChange={(project) => onChange({ project })}
          />
          <Choice
            label={t("execution.filterTrigger")}
            all={t("execution.anyTrigger")}
            value={search.trigger}
            options={triggers.map((each) => [each, t(`trigger.kind.${each}`)])}
            onChange={(trigger) => onChange({ trigger })}
          />
          <Choice
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
              <Day
                label={t("execution.fromDay")}
                value={search.from}
                onChange={(from) => onChange({ from })}
              />
              <Day
                label={t("execution.toDay")}
                value={search.to}
                onChange={(to) => onChange({ to })}
              />
            </>
          )}
        </div>
      </div>
      <StatusFilter
        current={search.status ?? []}
        onToggle={onToggle}
        onAll={() => onChange({ status: undefined })}
      />
    </search>
  );
}

/** Typing must not ask the server for every letter. */
function TextFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  return (
    <div className="relative min-w-0 grow md:max-w-64">
      <Search
        aria-hidden
        className="pointer-events-none absolute inset-y-0 start-2.5 my-auto size-4 text-muted"
      />
      <Input
        type="search"
        aria-label={t("execution.search")}
        placeholder={t("execution.search")}
        dir="auto"
        className="ps-8"
        value={typed}
        onChange={(event) => {
          const next = event.target.value;
          setTyped(next);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => onChange(next.trim()), typingMs);
        }}
      />
    </div>
  );
}

interface ChoiceProps {
  label: string;
  all: string;
  value: string | undefined;
  options: [string, string][];
  onChange: (value: string | undefined) => void;
}

function Choice({ label, all, value, options, onChange }: ChoiceProps) {
  const known = value === undefined || options.some(([key]) => key === value);
  return (
    <div className="min-w-0 md:w-40">
      <Select
        aria-label={label}
        value={value ?? ""}
        onChange={(event) => onChange(event.target.value || undefined)}
      >
        <option value="">{all}</option>
        {!known && <option value={value}>{value}</option>}
        {options.map(([key, name]) => (
          <option key={key} value={key}>
            {name}
          </option>
        ))}
      </Select>
    </div>
  );
}

interface DayProps {
  label: string;
  value: string | undefined;
  onChange: (value: string | undefined) => void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <Field label={label} isLabelHidden className="md:w-36">
      {(control) => (
        <Input
          {...control}
          type="date"
          value={value ?? ""}
          onChange={(event) => onChange(event.target.value || undefined)}
        />
      )}
    </Field>
  );
}
