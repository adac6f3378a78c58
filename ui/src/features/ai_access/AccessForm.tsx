import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { setAccess } from "@/api/access";
import type { Access, Budget } from "@/api/gateway";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { Notice } from "@/kit/Notice";
import { ProblemText } from "@/kit/ProblemText";
import { Skeleton } from "@/kit/Skeleton";
import { When } from "@/kit/When";
import { asProblem } from "@/lib/problem";
import { AccessFields } from "./AccessFields";
import {
  budgetsOf,
  type Faults,
  type AccessForm as Form,
  formOf,
  isSame,
  readAccess,
  readMoney,
  spans,
} from "./form";
import { MoneyFields } from "./MoneyFields";
import { ResetAccess } from "./ResetAccess";
import { inOrder, type Part, PartFailed, takeStep } from "./save";
import { useOffered } from "./useOffered";

interface Props {
  access: Access;
  /** Null when the reader may not see them. */
  budgets: Budget[] | null;
  /** Who changed it last, by name. */
  changedBy: string | null;
  onClose: () => void;
}

/** Access and money of one person: one form, saved in as many requests as it takes. */
export function AccessForm({ access, budgets, changedBy, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const managesMoney = useCan("manage_budgets");
  const own = budgetsOf(budgets ?? [], access.user_id);
  const [before] = useState(() => formOf(access, own));
  const [form, setForm] = useState<Form>(before);
  const [faults, setFaults] = useState<Faults>({});
  const offered = useOffered(access, form);
  const reread = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: keys.access }),
      queryClient.invalidateQueries({ queryKey: keys.budgets }),
    ]);
  const save = useMutation({
    mutationFn: inOrder,
    onSuccess: async () => {
      await reread();
      toast.success(t("settings.saved"));
      onClose();
    },
    onError: reread,
  });
  const failed = save.error instanceof PartFailed ? save.error : null;
  const problem = save.error ? asProblem(failed?.reason ?? save.error) : null;
  /** What is wrong with a field, or with one of the names in it: `models[2]`. */
  const errorOf = (field: string, part: Part = "access") => {
    const fault = faults[part === "access" ? field : part];
    if (fault) return t(`field.fault.${fault}`);
    if (failed?.part !== part) return undefined;
    return problem?.within(field);
  };
  const fields = ["platforms", "models", "agents", "tokens_per_request", "requests_per_hour"];
  const isBeside =
    failed?.part === "access"
      ? fields.some((field) => errorOf(field) !== undefined)
      : failed !== null && errorOf("cap_micros", failed.part) !== undefined;
  function submit() {
    const { wish, faults: found } = readAccess(form);
    const parts: [Part, () => Promise<unknown>][] = isSame(wish, readAccess(before).wish)
      ? []
      : [["access", () => setAccess(access.user_id, wish)]];
    for (const span of spans) {
      const { step, fault } = readMoney({
        userId: access.user_id,
        span,
        typed: form.money[span],
        before: before.money[span],
        budget: own[span],
      });
      if (fault) found[span] = fault;
      if (step) parts.push([span, () => takeStep(step)]);
    }
    setFaults(found);
    if (Object.keys(found).length > 0) return;
    if (parts.length === 0) onClose();
    else save.mutate(parts);
  }
  return (
    <form
      noValidate
      className="flex min-h-0 flex-col gap-5 overflow-y-auto p-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p className="text-muted text-sm">
        <bdi>{access.email}</bdi> · <bdi>{access.role}</bdi>
        {access.updated_at && (
          <span className="block text-xs">
            {changedBy ? t("access.changedBy", { name: changedBy }) : t("access.changed")}{" "}
            <When at={access.updated_at} />
          </span>
        )}
      </p>
      {offered.isLoading ? (
        <div aria-busy>
          <Skeleton className="h-48" />
        </div>
      ) : (
        <AccessFields
          form={form}
          offered={offered}
          errorOf={errorOf}
          onChange={(change) => setForm((now) => ({ ...now, ...change }))}
        />
      )}
      {budgets && (
        <MoneyFields
          own={own}
          money={form.money}
          canManage={managesMoney}
          errorOf={(span) => errorOf("cap_micros", span)}
          onChange={(money) => setForm((now) => ({ ...now, money }))}
        />
      )}
      {problem && !isBeside && (
        <Notice tone="danger" role="alert">
          {failed && failed.part !== "access" && (
            <span className="block">{t(`access.moneyFailed.${failed.part}`)}</span>
          )}
          <ProblemText error={problem} />
        </Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {access.level !== "full" && <ResetAccess access={access} onDone={onClose} />}
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" tone="primary" isBusy={save.isPending}>
          {t("action.save")}
        </Button>
      </div>
    </form>
  );
}
