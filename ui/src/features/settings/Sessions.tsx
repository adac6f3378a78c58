import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { LogOut, Monitor } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { revokeSession, sessionsOptions } from "@/api/identity";
import { keys } from "@/api/keys";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { When } from "@/kit/When";
import { useSignOut } from "@/lib/useSignOut";
import { deviceName } from "./deviceName";

export function Sessions() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const query = useQuery(sessionsOptions);
  const leave = useSignOut();
  const revoke = useMutation({
    mutationFn: revokeSession,
    onSuccess: () => toast.success(t("session.revoked")),
    onError: (error) => toastProblem(error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.sessions }),
  });
  return (
    <Panel
      title={t("settings.sessions")}
      text={t("session.text")}
      actions={
        <Button isBusy={leave.isPending} onClick={() => leave.mutate()}>
          <LogOut className="rtl:-scale-x-100" aria-hidden />
          {t("action.signOut")}
        </Button>
      }
    >
      <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
        {({ items }) => (
          <ul className="divide-y divide-line">
            {items.map((session) => {
              const device = deviceName(session.user_agent) ?? t("session.unknown");
              return (
                <li key={session.id} className="flex items-center gap-3 py-3 first:pt-0 last:pb-0">
                  <Monitor className="size-4 shrink-0 text-muted" aria-hidden />
                  <div className="min-w-0 flex-1">
                    <p className="flex flex-wrap items-center gap-2 font-medium text-sm">
                      <bdi>{device}</bdi>
                      {session.is_current && <Badge tone="ok">{t("session.current")}</Badge>}
                    </p>
                    <p className="flex flex-wrap gap-x-3 text-muted text-xs">
                      {session.ip && <bdi>{session.ip}</bdi>}
                      <span>
                        {t("session.seen")} <When at={session.last_seen_at} />
                      </span>
                    </p>
                  </div>
                  {!session.is_current && (
                    <Button
                      size="sm"
                      isBusy={revoke.isPending && revoke.variables === session.id}
                      aria-label={t("session.revokeWhat", { device })}
                      onClick={() => revoke.mutate(session.id)}
                    >
                      {t("action.revoke")}
                    </Button>
                  )}
                </li>
              );
            })}
          </ul>
        )}
      </Loaded>
    </Panel>
  );
}
