import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleX, Ellipsis, RefreshCw, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keys } from "@/api/keys";
import { deleteWebhook, rotateWebhook } from "@/api/triggers";
import type { CreatedWebhook, Webhook } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { CopyButton } from "@/kit/CopyButton";
import { Menu, MenuItem } from "@/kit/Menu";
import { toastProblem } from "@/kit/toastProblem";
import { When } from "@/kit/When";
import { fullAddress } from "./curlExample";

interface Props {
  webhook: Webhook;
  canOrder: boolean;
  onRotated: (webhook: CreatedWebhook) => void;
}

export function WebhookRow({ webhook, canOrder, onRotated }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [asking, setAsking] = useState<"rotate" | "delete" | null>(null);
  const onError = (error: unknown) => toastProblem(error);
  const onSettled = () => {
    setAsking(null);
    void queryClient.invalidateQueries({ queryKey: keys.webhooks });
  };
  const rotate = useMutation({
    mutationFn: () => rotateWebhook(webhook.id),
    onSuccess: onRotated,
    onError,
    onSettled,
  });
  const remove = useMutation({
    mutationFn: () => deleteWebhook(webhook.id),
    onError,
    onSettled,
  });
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <div className="min-w-0 flex-1 basis-64">
        <p className="truncate font-medium">
          <bdi>{webhook.name}</bdi>
        </p>
        <p className="truncate font-mono text-muted text-xs">
          <bdi dir="ltr">{webhook.url}</bdi>
        </p>
        <p className="mt-0.5 text-muted text-xs">
          <bdi>{webhook.workflow}</bdi> ·{" "}
          {webhook.last_used_at ? (
            <>
              {t("apiKey.used")} <When at={webhook.last_used_at} />
            </>
          ) : (
            t("apiKey.unused")
          )}
        </p>
        {webhook.last_error && (
          <p className="mt-0.5 flex items-start gap-1 text-danger text-xs">
            <CircleX className="mt-0.5 size-3.5 shrink-0" aria-hidden />
            <span className="min-w-0 break-words">
              {t("trigger.notStarted")}: <bdi>{webhook.last_error}</bdi>
            </span>
          </p>
        )}
      </div>
      {!webhook.url.endsWith("…") && (
        <CopyButton text={fullAddress(webhook.url, location.origin)} what={t("webhook.url")} />
      )}
      {canOrder && (
        <Menu
          label={webhook.name}
          trigger={
            <Button
              tone="ghost"
              size="icon"
              aria-label={t("schedule.more", { name: webhook.name })}
            >
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          <MenuItem onSelect={() => setAsking("rotate")}>
            <RefreshCw aria-hidden />
            {t("webhook.rotate")}
          </MenuItem>
          <MenuItem onSelect={() => setAsking("delete")}>
            <Trash2 aria-hidden />
            {t("action.delete")}
          </MenuItem>
        </Menu>
      )}
      <Confirm
        isOpen={asking === "rotate"}
        onClose={() => setAsking(null)}
        onConfirm={() => rotate.mutate()}
        isBusy={rotate.isPending}
        title={t("webhook.rotateTitle", { name: webhook.name })}
        text={t("webhook.rotateText")}
        action={t("webhook.rotate")}
      />
      <Confirm
        isOpen={asking === "delete"}
        onClose={() => setAsking(null)}
        onConfirm={() => remove.mutate()}
        isBusy={remove.isPending}
        title={t("schedule.deleteTitle", { name: webhook.name })}
        text={t("webhook.deleteText")}
        action={t("action.delete")}
      />
    </li>
  );
}
