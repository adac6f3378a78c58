import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { changeBudget, createBudget } from "@/api/costs";
import { type Budget, budgetPeriods, type NewBudget } from "@/api/gateway";
import { keys } from "@/api/keys";
import { modelsOptions } from "@/api/models";
import { useCan } from "@/api/useCan";
import { AmountField } from "@/kit/AmountField";
import { Choices } from "@/kit/Choices";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { FormProblem } from "@/kit/ProblemNotice";
import { SuggestInput } from "@/kit/SuggestInput";
import { SwitchField } from "@/kit/SwitchField";
import { actions } from "@/lib/onExceeded";
import { asProblem } from "@/lib/problem";
import { type BudgetForm, type Fault, formOf, newBudget, readBudget } from "./form";
import { ScopeFields } from "./ScopeFields";
import type { BudgetSearch } from "./search";

interface Props {
  /** Null for a new one. */
  budget: Budget | null;
  /** What a new one begins with. */
  given: BudgetSearch;
  /** Whose it is, for the title. */
  name: string;
  onClose: () => void;
}

export function BudgetDialog({ budget, given, name, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const seesModels = useCan("view_models");
  const { data: models } = useQuery({ ...modelsOptions, enabled: seesModels });
  const [form, setForm] = useState(() =>
    budget ? formOf(budget) : newBudget(given.scope, given.id),
  );
  const [faults, setFaults] = useState<Partial<Record<string, Fault>>>({});
  const save = useMutation({
    mutationFn: (wish: NewBudget) =>
      budget
        ? changeBudget(budget.id, {
            version: budget.version,
            cap_micros: wish.cap_micros,
            on_exceeded: wish.on_exceeded,
            is_active: form.isActive,
          })
        : createBudget(wish),
    onSuccess: () => {
      toast.success(t("settings.saved"));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.budgets }),
  });
  const problem = save.error ? asProblem(save.error) : null;
  const set = (change: Partial<BudgetForm>) => setForm({ ...form, ...change });
  const errorOf = (field: string) => {
    const fault = faults[field];
    return fault ? t(`field.fault.${fault}`) : problem?.field(field);
  };
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={budget ? t("budget.editTitle", { name }) : t("budget.new")}
      description={t("budget.newText")}
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          const read = readBudget(form);
          setFaults(read.faults);
          if (Object.keys(read.faults).length === 0) save.mutate(read.budget);
        }}
      >
        {!budget && (
          <>
            <ScopeFields
              scope={form.scope}
              scopeId={form.scopeId}
              error={errorOf("scope_id")}
              onChange={set}
            />
            <Choices
              label={t("budget.period")}
              value={form.period}
              options={budgetPeriods.map((each) => ({
                value: each,
                name: t(`budget.periodIs.${each}`),
              }))}
              onChange={(period) => set({ period })}
            />
          </>
        )}
        <AmountField
          isRequired
          unit="$"
          label={t("budget.cap")}
          hint={t(`budget.capHint.${form.period}`)}
          error={errorOf("cap_micros")}
          className="max-w-xs"
          value={form.cap}
          onChange={(cap) => set({ cap })}
        />
        <div>
          <Choices
            label={t("budget.exceeded")}
            value={form.action}
            options={actions.map((each) => ({ value: each, name: t(`budget.action.${each}`) }))}
            onChange={(action) => set({ action })}
          />
          <p className="mt-1.5 text-muted text-xs">{t(`budget.actionText.${form.action}`)}</p>
        </div>
        {form.action === "fallback" && (
          <Field
            label={t("budget.fallbackModel")}
            hint={t("budget.fallbackHint")}
            error={errorOf("on_exceeded")}
          >
            {(control) => (
              <SuggestInput
                {...control}
                required
                dir="ltr"
                autoComplete="off"
                suggestions={(models?.items ?? []).map(({ id }) => id)}
                placeholder="openai/gpt-4.1-mini"
                value={form.model}
                onChange={(event) => set({ model: event.target.value })}
              />
            )}
          </Field>
        )}
        {budget && (
          <SwitchField
            label={t("budget.active")}
            hint={t("budget.activeHint")}
            isOn={form.isActive}
            onChange={(isActive) => set({ isActive })}
          />
        )}
        <Notice>{t("budget.alerts")}</Notice>
        <FormProblem problem={problem} />
        <FormButtons isBusy={save.isPending} onCancel={onClose}>
          {t("action.save")}
        </FormButtons>
      </form>
    </Modal>
  );
}
