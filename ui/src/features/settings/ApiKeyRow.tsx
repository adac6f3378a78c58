import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { revokeApiKey } from "@/api/identity";
import { keys } from "@/api/keys";
import type { ApiKey } from "@/api/types";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { toastProblem } from "@/kit/toastProblem";
import { When } from "@/kit/When";
import { useFormats } from "@/lib/useFormats";

export function ApiKeyRow({ apiKey }: { apiKey: ApiKey }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const queryClient = useQueryClient();
  const [isAsking, setAsking] = useState(false);
  const revoke = useMutation({
    mutationFn: () => revokeApiKey(apiKey.id),
    onSuccess: () => toast.success(t("apiKey.revoked")),
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(false);
      void queryClient.invalidateQueries({ queryKey: keys.apiKeys });
    },
  });
  return (
    <li className="flex items-center gap-3 py-3 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline gap-x-2 font-medium text-sm">
          <bdi>{apiKey.name}</bdi>
          <bdi className="font-mono font-normal text-muted text-xs">{apiKey.prefix}…</bdi>
        </p>
        <p className="flex flex-wrap gap-x-3 text-muted text-xs">
          {apiKey.last_used_at ? (
            <span>
              {t("apiKey.used")} <When at={apiKey.last_used_at} />
            </span>
          ) : (
            <span>{t("apiKey.unused")}</span>
          )}
          {apiKey.expires_at && (
            <span>{t("apiKey.expires", { date: formats.date(apiKey.expires_at) })}</span>
          )}
        </p>
      </div>
      <Button
        size="sm"
        aria-label={t("apiKey.revokeWhat", { name: apiKey.name })}
        onClick={() => setAsking(true)}
      >
        {t("action.revoke")}
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => revoke.mutate()}
        isBusy={revoke.isPending}
        title={t("apiKey.revokeTitle", { name: apiKey.name })}
        text={t("apiKey.revokeText")}
        action={t("action.revoke")}
      />
    </li>
  );
}
