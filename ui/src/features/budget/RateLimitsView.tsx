import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Gauge, Pencil, Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { deleteRateLimit, rateLimitsOptions } from "@/api/costs";
import type { RateLimit } from "@/api/gateway";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import { useScopeName } from "@/api/useScopeName";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { useFormats } from "@/lib/useFormats";
import { RateLimitDialog } from "./RateLimitDialog";

/** How much the organisation may use in a day, as far as that is limited. */
function PerDay({ limit }: { limit: RateLimit }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { requests_per_day: requests, tokens_per_day: tokens } = limit;
  return (
    <>
      {requests !== null && (
        <span>{t("limit.requestsDayShort", { shown: formats.number(requests) })}</span>
      )}
      {tokens !== null && (
        <span>{t("limit.tokensDayShort", { shown: formats.number(tokens) })}</span>
      )}
    </>
  );
}

/** Calls a minute for the organisation and for people; platforms and keys carry their own. */
export function RateLimitsView() {
  const { t } = useTranslation();
  const formats = useFormats();
  const queryClient = useQueryClient();
  const query = useQuery(rateLimitsOptions);
  const canManage = useCan("manage_budgets");
  const nameOf = useScopeName();
  const [edited, setEdited] = useState<RateLimit | "new" | null>(null);
  const [asking, setAsking] = useState<RateLimit | null>(null);
  const remove = useMutation({
    mutationFn: deleteRateLimit,
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(null);
      void queryClient.invalidateQueries({ queryKey: keys.rateLimits });
    },
  });
  const create = canManage && (
    <Button tone="primary" onClick={() => setEdited("new")}>
      <Plus aria-hidden />
      {t("limit.new")}
    </Button>
  );
  const named = (limit: RateLimit) => nameOf(limit.scope, limit.scope_id);
  return (
    <>
      <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
        {(limits) =>
          limits.length === 0 ? (
            <EmptyState icon={Gauge} title={t("limit.none")} text={t("limit.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <>
              <div className="mb-4 flex flex-wrap items-start justify-between gap-3">
                <p className="max-w-prose text-muted text-sm">{t("limit.noneText")}</p>
                {create}
              </div>
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                {limits.map((limit) => (
                  <li
                    key={`${limit.scope} ${limit.scope_id}`}
                    className="flex items-center gap-3 px-4 py-3"
                  >
                    <div className="min-w-0 flex-1">
                      <p className="flex flex-wrap items-center gap-2">
                        <bdi className="break-all font-medium">{named(limit)}</bdi>
                        <Badge>
                          {t(`budget.scopeIs.${limit.scope === "user" ? "user" : "organisation"}`)}
                        </Badge>
                      </p>
                      <p className="mt-0.5 flex flex-wrap gap-x-3 text-muted text-sm tabular-nums">
                        <span>
                          {limit.requests_per_minute === null
                            ? t("limit.anyRequests")
                            : t("limit.requestsShort", {
                                shown: formats.number(limit.requests_per_minute),
                              })}
                        </span>
                        <span>
                          {limit.tokens_per_minute === null
                            ? t("limit.anyTokens")
                            : t("limit.tokensShort", {
                                shown: formats.number(limit.tokens_per_minute),
                              })}
                        </span>
                        <PerDay limit={limit} />
                      </p>
                    </div>
                    {canManage && (
                      <div className="flex">
                        <Button
                          tone="ghost"
                          size="icon"
                          aria-label={t("limit.editWhat", { name: named(limit) })}
                          onClick={() => setEdited(limit)}
                        >
                          <Pencil aria-hidden />
                        </Button>
                        <Button
                          tone="ghost"
                          size="icon"
                          aria-label={t("limit.removeWhat", { name: named(limit) })}
                          onClick={() => setAsking(limit)}
                        >
                          <Trash2 aria-hidden />
                        </Button>
                      </div>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {edited && (
        <RateLimitDialog
          limit={edited === "new" ? null : edited}
          known={query.data ?? []}
          onClose={() => setEdited(null)}
        />
      )}
      <Confirm
        isOpen={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => asking && remove.mutate(asking)}
        isBusy={remove.isPending}
        title={t("limit.removeTitle", { name: asking ? named(asking) : "" })}
        text={t("limit.removeText")}
        action={t("platform.remove")}
      />
    </>
  );
}
