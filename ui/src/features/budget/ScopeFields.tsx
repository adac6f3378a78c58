import { useQuery } from "@tanstack/react-query";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { type BudgetScope, budgetScopes } from "@/api/gateway";
import { sessionOptions } from "@/api/identity";
import { platformsOptions } from "@/api/platforms";
import { projectsOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { virtualKeysOptions } from "@/api/virtualKeys";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Select } from "@/kit/Select";

interface Props {
  scope: BudgetScope;
  scopeId: string;
  error: string | undefined;
  onChange: (change: { scope?: BudgetScope; scopeId?: string }) => void;
}

/** What the budget is for: known things are offered, anything else may be typed. */
export function ScopeFields({ scope, scopeId, error, onChange }: Props) {
  const { t } = useTranslation();
  const listId = useId();
  const options = useOptions(scope);
  return (
    <div className="grid items-start gap-4 sm:grid-cols-2">
      <Field label={t("budget.scope")}>
        {(control) => (
          <Select
            {...control}
            value={scope}
            onChange={(event) =>
              onChange({
                scope: budgetScopes.find((each) => each === event.target.value) ?? "organisation",
                scopeId: "",
              })
            }
          >
            {budgetScopes.map((each) => (
              <option key={each} value={each}>
                {t(`budget.scopeIs.${each}`)}
              </option>
            ))}
          </Select>
        )}
      </Field>
      {scope !== "organisation" && (
        <Field label={t("budget.which")} hint={t(`budget.whichHint.${scope}`)} error={error}>
          {(control) => (
            <>
              <Input
                {...control}
                required
                dir="auto"
                autoComplete="off"
                list={listId}
                value={scopeId}
                onChange={(event) => onChange({ scopeId: event.target.value })}
              />
              <datalist id={listId}>
                {options.map(([value, name]) => (
                  <option key={value} value={value}>
                    {name}
                  </option>
                ))}
              </datalist>
            </>
          )}
        </Field>
      )}
    </div>
  );
}

function useOptions(scope: BudgetScope): [value: string, name: string][] {
  const seesKeys = useCan("manage_virtual_keys");
  const seesPlatforms = useCan("manage_platforms");
  const { data: session } = useQuery(sessionOptions);
  const { data: projects } = useQuery({ ...projectsOptions, enabled: scope === "project" });
  const { data: virtualKeys } = useQuery({
    ...virtualKeysOptions,
    enabled: scope === "key" && seesKeys,
  });
  const { data: platforms } = useQuery({
    ...platformsOptions,
    enabled: scope === "provider" && seesPlatforms,
  });
  switch (scope) {
    case "project":
      return (projects?.items ?? []).map((each) => [each.key, each.name]);
    case "key":
      return (virtualKeys ?? [])
        .filter((each) => !each.revoked_at)
        .map((each) => [each.id, each.name]);
    case "provider":
      return (platforms ?? []).map((each) => [each.name, each.name]);
    case "user":
      return session ? [[session.user.id, session.user.name]] : [];
    default:
      return [];
  }
}
