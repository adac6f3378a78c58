import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ban, CircleCheck, Clock, Pencil, PiggyBank, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keyScopes, type VirtualKey } from "@/api/gateway";
import { keys } from "@/api/keys";
import { usePersonName } from "@/api/people";
import { useCan } from "@/api/useCan";
import { revokeVirtualKey } from "@/api/virtualKeys";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { toastProblem } from "@/kit/toastProblem";
import { When } from "@/kit/When";
import { useFormats } from "@/lib/useFormats";
import { statusOf } from "./form";

const looks = {
  active: { tone: "ok", icon: CircleCheck },
  expired: { tone: "warn", icon: Clock },
  revoked: { tone: "danger", icon: Ban },
} as const;

interface Props {
  virtualKey: VirtualKey;
  onEdit: () => void;
}

export function VirtualKeyRow({ virtualKey, onEdit }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const queryClient = useQueryClient();
  const managesBudgets = useCan("manage_budgets");
  const personName = usePersonName();
  const [isAsking, setAsking] = useState(false);
  const { name, models, scopes } = virtualKey;
  const status = statusOf(virtualKey, Date.now());
  const { tone, icon: Icon } = looks[status];
  const revoke = useMutation({
    mutationFn: () => revokeVirtualKey(virtualKey.id),
    onSuccess: () => toast.success(t("apiKey.revoked")),
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries({ queryKey: keys.virtualKeys });
    },
  });
  const facts = [
    scopes.length === keyScopes.length
      ? t("virtualKey.mayEverything")
      : scopes.map((scope) => t(`virtualKey.scopeIs.${scope}`)).join(" · "),
    virtualKey.requests_per_minute !== null &&
      t("limit.requestsShort", { shown: formats.number(virtualKey.requests_per_minute) }),
    virtualKey.tokens_per_minute !== null &&
      t("limit.tokensShort", { shown: formats.number(virtualKey.tokens_per_minute) }),
  ].filter((each) => each !== false);
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium">{name}</bdi>
          <bdi className="font-mono text-muted text-xs">{virtualKey.prefix}…</bdi>
          <Badge tone={tone}>
            <Icon aria-hidden />
            {t(`virtualKey.status.${status}`)}
          </Badge>
          {virtualKey.project && (
            <Badge>
              <bdi>{virtualKey.project}</bdi>
            </Badge>
          )}
        </p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs">
          {facts.map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
          {models.length === 0 ? (
            <span>{t("platform.everyModel")}</span>
          ) : (
            <bdi className="break-all font-mono">{models.join(", ")}</bdi>
          )}
        </p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs">
          <span>{t("virtualKey.of", { name: personName(virtualKey.user_id) })}</span>
          {virtualKey.last_used_at ? (
            <span>
              {t("apiKey.used")} <When at={virtualKey.last_used_at} />
            </span>
          ) : (
            <span>{t("apiKey.unused")}</span>
          )}
          {virtualKey.revoked_at ? (
            <span>{t("virtualKey.revokedOn", { date: formats.date(virtualKey.revoked_at) })}</span>
          ) : (
            virtualKey.expires_at && (
              <span>{t("apiKey.expires", { date: formats.day(virtualKey.expires_at) })}</span>
            )
          )}
        </p>
      </div>
      {status !== "revoked" && (
        <div className="flex max-sm:flex-col">
          <Button
            tone="ghost"
            size="icon"
            aria-label={t("platform.editTitle", { name })}
            onClick={onEdit}
          >
            <Pencil aria-hidden />
          </Button>
          {managesBudgets && (
            <Button asChild tone="ghost" size="icon">
              <Link
                to="/admin/budgets"
                search={{ scope: "key", id: virtualKey.id }}
                aria-label={t("budget.newFor", { name })}
              >
                <PiggyBank aria-hidden />
              </Link>
            </Button>
          )}
          <Button
            tone="ghost"
            size="icon"
            aria-label={t("apiKey.revokeWhat", { name })}
            onClick={() => setAsking(true)}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      )}
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => revoke.mutate()}
        isBusy={revoke.isPending}
        title={t("apiKey.revokeTitle", { name })}
        text={t("virtualKey.revokeText")}
        action={t("action.revoke")}
      />
    </li>
  );
}
