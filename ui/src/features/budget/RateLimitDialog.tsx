import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { setRateLimit } from "@/api/costs";
import type { RateLimit, RateLimitWish } from "@/api/gateway";
import { keys } from "@/api/keys";
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
  onClose: () => void;
}

const written = (count: number | null | undefined) => (count == null ? "" : String(count));

/** A limit of the organisation or of one person. */
export function RateLimitDialog({ limit, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [scope, setScope] = useState<"organisation" | "user">(
    limit?.scope === "user" ? "user" : "organisation",
  );
  const [user, setUser] = useState(limit?.scope_id ?? "");
  const [requests, setRequests] = useState(written(limit?.requests_per_minute));
  const [tokens, setTokens] = useState(written(limit?.tokens_per_minute));
  const [isTried, setTried] = useState(false);
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
  const isEmpty = requests.trim() === "" && tokens.trim() === "";
  return (
    <Modal
      isOpen
      onClose={onClose}
      title={limit ? t("limit.edit") : t("limit.new")}
      description={t("limit.noneText")}
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (lacksUser || isEmpty || isWrong(requests) || isWrong(tokens)) return;
          save.mutate({
            scope,
            scope_id: scope === "user" ? user.trim() : "",
            requests_per_minute: toCount(requests),
            tokens_per_minute: toCount(tokens),
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
            onChange={setScope}
          />
        )}
        {!limit && scope === "user" && (
          <WhichField
            scope="user"
            value={user}
            error={isTried && lacksUser ? t("field.fault.required") : problem?.field("scope_id")}
            onChange={setUser}
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
            onChange={(change) => {
              if (change.requests !== undefined) setRequests(change.requests);
              if (change.tokens !== undefined) setTokens(change.tokens);
            }}
          />
        </div>
        <FormProblem problem={problem} />
        <FormButtons isBusy={save.isPending} onCancel={onClose}>
          {t("action.save")}
        </FormButtons>
      </form>
    </Modal>
  );
}
