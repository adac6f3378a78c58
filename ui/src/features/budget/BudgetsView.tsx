import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { PiggyBank, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { budgetsOptions, deleteBudget } from "@/api/costs";
import type { Budget } from "@/api/gateway";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import { useScopeName } from "@/api/useScopeName";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { SearchBox } from "@/kit/SearchBox";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { matches } from "@/lib/matches";
import { BudgetDialog } from "./BudgetDialog";
import { BudgetRow } from "./BudgetRow";
import { sorted } from "./form";

/** From here on a list is searched rather than read. */
const many = 8;

/** Caps that calls cannot pass, and how far they are used up. */
export function BudgetsView() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const query = useQuery(budgetsOptions);
  const canManage = useCan("manage_budgets");
  const nameOf = useScopeName();
  const given = useSearch({ from: "/shell/cost-pages/admin/budgets" });
  const navigate = useNavigate({ from: "/admin/budgets" });
  const [edited, setEdited] = useState<Budget | "new" | null>(
    given.scope && canManage ? "new" : null,
  );
  const [typed, setTyped] = useState("");
  const [asking, setAsking] = useState<Budget | null>(null);
  const remove = useMutation({
    mutationFn: (budget: Budget) => deleteBudget(budget.id),
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(null);
      void queryClient.invalidateQueries({ queryKey: keys.budgets });
    },
  });
  const create = canManage && (
    <Button tone="primary" onClick={() => setEdited("new")}>
      <Plus aria-hidden />
      {t("budget.new")}
    </Button>
  );
  const shown = (budgets: Budget[]) =>
    sorted(budgets).filter((each) =>
      matches(typed, [named(each), each.scope_id, t(`budget.scopeIs.${each.scope}`)]),
    );
  const named = (budget: Budget) => budget.scope_name ?? nameOf(budget.scope, budget.scope_id);
  return (
    <>
      <Loaded query={query} skeleton={<Skeleton className="h-56" />}>
        {(budgets) =>
          budgets.length === 0 ? (
            <EmptyState icon={PiggyBank} title={t("budget.none")} text={t("budget.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <>
              <div className="mb-4 flex flex-wrap items-start justify-between gap-2">
                {budgets.length > many && (
                  <SearchBox label={t("budget.search")} value={typed} onChange={setTyped} />
                )}
                <div className="ms-auto">{create}</div>
              </div>
              {shown(budgets).length === 0 && (
                <p role="status" className="py-8 text-center text-muted text-sm">
                  {t("list.noneWith")}
                </p>
              )}
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card empty:hidden">
                {shown(budgets).map((budget) => (
                  <BudgetRow
                    key={budget.id}
                    budget={budget}
                    name={named(budget)}
                    canManage={canManage}
                    onEdit={() => setEdited(budget)}
                    onRemove={() => setAsking(budget)}
                  />
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {edited && (
        <BudgetDialog
          key={edited === "new" ? "new" : edited.id}
          budget={edited === "new" ? null : edited}
          name={edited === "new" ? "" : named(edited)}
          given={given}
          onClose={() => {
            setEdited(null);
            if (given.scope) void navigate({ search: {}, replace: true });
          }}
        />
      )}
      <Confirm
        isOpen={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => asking && remove.mutate(asking)}
        isBusy={remove.isPending}
        title={t("budget.removeTitle", { name: asking ? named(asking) : "" })}
        text={t("budget.removeText")}
        action={t("platform.remove")}
      />
    </>
  );
}
