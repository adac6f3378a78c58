import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { setRateLimit } from "@/api/costs";
import type { RateLimit, RateLimitWish } from "@/api/gateway";
import { keys } from "@/api/keys";
import { AmountField } from "@/kit/AmountField";
import { Choices } from "@/kit/Choices";
import { FormButtons } from "@/kit/FormButtons";
import { Modal } from "@/kit/Modal";
import { PerMinuteFields } from "@/kit/PerMinuteFields";
import { FormProblem } from "@/kit/ProblemNotice";
import { toCount } from "@/lib/amount";
import { asProblem } from "@/lib/problem";
import { WhichField } from "./WhichField";

interface Props {
  /** Null for a new one. */
  limit: RateLimit | null;
  /** Those that there are: setting one replaces it as a whole. */
  known: readonly RateLimit[];
  onClose: () => void;
}

type Scope = "organisation" | "user";

const written = (count: number | null | undefined) => (count == null ? "" : String(count));

const numbersOf = (limit: RateLimit | undefined) => ({
  requests: written(limit?.requests_per_minute),
  tokens: written(limit?.tokens_per_minute),
  requestsADay: written(limit?.requests_per_day),
  tokensADay: written(limit?.tokens_per_day),
});

/** A limit of the organisation, a minute and a day, or of one person, a minute. */
export function RateLimitDialog({ limit, known, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const find = (scope: Scope, id: string) =>
    known.find(
      (each) => each.scope === scope && (scope === "organisation" || each.scope_id === id),
    );
  const [scope, setScope] = useState<Scope>(limit?.scope === "user" ? "user" : "organisation");
  const [user, setUser] = useState(limit?.scope_id ?? "");
  // Whose numbers stand in the fields: who sets a limit that there is sees what it is now.
  const [there, setThere] = useState(limit ?? find("organisation", ""));
  const [numbers, setNumbers] = useState(() => numbersOf(there));
  const { requests, tokens, requestsADay, tokensADay } = numbers;
  const set = (change: Partial<typeof numbers>) => setNumbers({ ...numbers, ...change });
  const aim = (nextScope: Scope, nextUser: string) => {
    const found = find(nextScope, nextUser);
    setScope(nextScope);
    setUser(nextUser);
    setThere(found);
    if (found || there) setNumbers(numbersOf(found));
  };
  const [isTried, setTried] = useState(false);
  const hasDay = scope === "organisation";
  const save = useMutation({
    mutationFn: (wish: RateLimitWish) => setRateLimit(wish),
    onSuccess: ({ items }) => {
      queryClient.setQueryData(keys.rateLimits, items);
      toast.success(t("settings.saved"));
      onClose();
    },
  });
  const problem = save.error ? asProblem(save.error) : null;
  const isWrong = (text: string) => text.trim() !== "" && !toCount(text);
  const errorOf = (field: string, text: string) =>
    isTried && isWrong(text) ? t("field.fault.integer") : problem?.field(field);
  const lacksUser = scope === "user" && user.trim() === "";
  const typed = [requests, tokens, ...(hasDay ? [requestsADay, tokensADay] : [])];
  const isEmpty = typed.every((text) => text.trim() === "");
  return (
    <Modal
      isOpen
      onClose={onClose}
      title={there ? t("limit.edit") : t("limit.new")}
      description={t("limit.noneText")}
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (lacksUser || isEmpty || typed.some(isWrong)) return;
          save.mutate({
            scope,
            scope_id: scope === "user" ? user.trim() : "",
            requests_per_minute: toCount(requests),
            tokens_per_minute: toCount(tokens),
            requests_per_day: hasDay ? toCount(requestsADay) : null,
            tokens_per_day: hasDay ? toCount(tokensADay) : null,
          });
        }}
      >
        {!limit && (
          <Choices
            label={t("budget.scope")}
            value={scope}
            options={[
              { value: "organisation" as const, name: t("budget.scopeIs.organisation") },
              { value: "user" as const, name: t("budget.scopeIs.user") },
            ]}
            onChange={(next) => aim(next, user)}
          />
        )}
        {!limit && scope === "user" && (
          <WhichField
            scope="user"
            value={user}
            error={isTried && lacksUser ? t("field.fault.required") : problem?.field("scope_id")}
            onChange={(id) => aim("user", id)}
          />
        )}
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <PerMinuteFields
            requests={requests}
            tokens={tokens}
            errorOf={(field) =>
              field === "requests_per_minute" && isTried && isEmpty
                ? t("limit.oneNeeded")
                : errorOf(field, field === "requests_per_minute" ? requests : tokens)
            }
            onChange={set}
          />
          {hasDay && (
            <>
              <AmountField
                label={t("limit.requestsADay")}
                hint={t("limit.emptyIsNone")}
                error={errorOf("requests_per_day", requestsADay)}
                value={requestsADay}
                onChange={(value) => set({ requestsADay: value })}
              />
              <AmountField
                label={t("limit.tokensADay")}
                hint={t("limit.emptyIsNone")}
                error={errorOf("tokens_per_day", tokensADay)}
                value={tokensADay}
                onChange={(value) => set({ tokensADay: value })}
              />
            </>
          )}
        </div>
        {hasDay && <p className="text-muted text-xs">{t("limit.dayText")}</p>}
        <FormProblem problem={problem} />
        <FormButtons isBusy={save.isPending} onCancel={onClose}>
          {t("action.save")}
        </FormButtons>
      </form>
    </Modal>
  );
}
