import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { agentsOptions, modelsOptions } from "@/api/models";
import { peopleOptions, usePersonName } from "@/api/people";
import { platformsOptions } from "@/api/platforms";
import { projectsOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { virtualKeysOptions } from "@/api/virtualKeys";
import { FilterChoice, FilterDay, FilterFold } from "@/kit/Filter";
import { Input } from "@/kit/Input";
import { useFormats } from "@/lib/useFormats";
import { countFilters, type LedgerSearch, outcomes, spans } from "./ledger";

interface Props {
  search: LedgerSearch;
  onChange: (change: LedgerSearch) => void;
}

/** Which lines of the ledger: what is offered is what the reader may see the names of. */
export function LedgerFilters({ search, onChange }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const names = useNames();
  const count = countFilters(search);
  const [isCustom, setCustom] = useState(Boolean(search.since ?? search.until));
  const choices: [field: Field, label: string, all: string, options: Names][] = [
    ["agent", t("ledger.filterAgent"), t("ledger.anyAgent"), names.agents],
    ["platform", t("ledger.filterPlatform"), t("ledger.anyPlatform"), names.platforms],
    ["model", t("ledger.filterModel"), t("ledger.anyModel"), names.models],
    ["project", t("execution.filterProject"), t("execution.anyProject"), names.projects],
    ["user", t("ledger.filterPerson"), t("ledger.anyPerson"), names.people],
  ];
  if (names.keys.length > 0 || search.key) {
    choices.push(["key", t("ledger.filterKey"), t("ledger.anyKey"), names.keys]);
  }
  const hasDays = isCustom || search.since !== undefined || search.until !== undefined;
  return (
    <search className="mb-4 flex flex-wrap gap-2">
      <FilterFold label={t("execution.filters")} count={count > 0 ? formats.number(count) : ""}>
        <FilterChoice
          label={t("ledger.filterOutcome")}
          all={t("ledger.anyOutcome")}
          value={search.status}
          options={outcomes.map((each) => [each, t(`ledger.outcomeIs.${each}`)])}
          onChange={(value) => onChange({ status: outcomes.find((each) => each === value) })}
        />
        {choices.map(([field, label, all, options]) => (
          <FilterChoice
            key={field}
            label={label}
            all={all}
            value={search[field]}
            options={options}
            onChange={(value) => onChange({ [field]: value })}
          />
        ))}
        <FilterChoice
          label={t("execution.filterTime")}
          all={t("execution.anyTime")}
          value={search.span ?? (hasDays ? "custom" : undefined)}
          options={[
            ...spans.map((each) => [each, t(`ledger.span.${each}`)] as const),
            ["custom", t("execution.customTime")],
          ]}
          onChange={(value) => {
            setCustom(value === "custom");
            onChange({
              span: spans.find((each) => each === value),
              since: undefined,
              until: undefined,
            });
          }}
        />
        {hasDays && !search.span && (
          <>
            <FilterDay
              label={t("execution.fromDay")}
              value={search.since}
              onChange={(since) => onChange({ since })}
            />
            <FilterDay
              label={t("execution.toDay")}
              value={search.until}
              onChange={(until) => onChange({ until })}
            />
          </>
        )}
        <ExecutionId
          key={search.execution ?? ""}
          value={search.execution ?? ""}
          onChange={(id) => onChange({ execution: id || undefined })}
        />
      </FilterFold>
    </search>
  );
}

/** Half an id is none: it counts once it is entered. */
function ExecutionId({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(value);
  return (
    <form
      className="min-w-0 max-md:col-span-2 md:w-56"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(typed.trim());
      }}
    >
      <Input
        type="search"
        aria-label={t("ledger.execution")}
        placeholder={t("ledger.execution")}
        dir={typed ? "ltr" : undefined}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={() => typed.trim() !== value && onChange(typed.trim())}
      />
    </form>
  );
}

type Name = readonly [value: string, name: string];
type Names = Name[];
type Field = "agent" | "platform" | "model" | "project" | "user" | "key";

function useNames() {
  const personName = usePersonName();
  const seesModels = useCan("view_models");
  const seesAgents = useCan("view_agents");
  const seesPlatforms = useCan("manage_platforms");
  const seesKeys = useCan("manage_virtual_keys");
  const { data: models } = useQuery({ ...modelsOptions, enabled: seesModels });
  const { data: agents } = useQuery({ ...agentsOptions, enabled: seesAgents });
  const { data: platforms } = useQuery({ ...platformsOptions, enabled: seesPlatforms });
  const { data: projects } = useQuery(projectsOptions);
  const { data: people } = useQuery(peopleOptions);
  const { data: virtualKeys } = useQuery({ ...virtualKeysOptions, enabled: seesKeys });
  const served = models?.items ?? [];
  const providers = [
    ...served.map((each) => each.provider),
    ...(platforms ?? []).map((each) => each.name),
  ];
  const same = (name: string): Name => [name, name];
  return {
    models: [...new Set(served.map((each) => each.id))].sort().map(same),
    platforms: [...new Set(providers)].sort().map(same),
    agents: (agents ?? []).map((each): Name => [each.slug, each.name]),
    projects: (projects?.items ?? []).map((each): Name => [each.key, each.name]),
    people: (people ?? []).map((each): Name => [each.id, personName(each.id)]),
    keys: (virtualKeys ?? []).map((each): Name => [each.id, each.name]),
  };
}
