import { useTranslation } from "react-i18next";
import type { CreatedWebhook } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { Snippet } from "@/kit/Snippet";
import { curlExample, fullAddress } from "./curlExample";

interface Props {
  webhook: CreatedWebhook;
  onClose: () => void;
}

/** The secret, once, and a command that shows how to use it. */
export function SecretDialog({ webhook, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Modal
      isOpen
      isWide
      isShownOnce
      onClose={onClose}
      title={t("webhook.secretTitle", { name: webhook.name })}
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5 text-sm">
        <Notice tone="warn">{t("webhook.once")}</Notice>
        <div className="flex flex-col gap-1.5">
          <p className="font-medium">{t("webhook.secret")}</p>
          <Snippet text={webhook.secret} what={t("webhook.secret")} />
        </div>
        <div className="flex flex-col gap-1.5">
          <p className="font-medium">{t("webhook.url")}</p>
          <Snippet text={fullAddress(webhook.url, location.origin)} what={t("webhook.url")} />
        </div>
        <div className="flex flex-col gap-1.5">
          <p className="font-medium">{t("webhook.example")}</p>
          <p className="text-muted">{t("webhook.exampleText")}</p>
          <Snippet text={curlExample(webhook, location.origin)} what={t("webhook.example")} />
        </div>
        <div className="flex justify-end">
          <Button tone="primary" onClick={onClose}>
            {t("apiKey.done")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
