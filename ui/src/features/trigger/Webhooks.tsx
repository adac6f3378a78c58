import { useQuery } from "@tanstack/react-query";
import { Webhook as Icon, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { webhooksOptions } from "@/api/triggers";
import { useCan } from "@/api/useCan";
import type { CreatedWebhook } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { NewWebhookDialog } from "./NewWebhookDialog";
import { SecretDialog } from "./SecretDialog";
import { WebhookRow } from "./WebhookRow";

export function Webhooks() {
  const { t } = useTranslation();
  const query = useQuery(webhooksOptions);
  const canOrder = useCan("execute_workflow");
  const [isCreating, setCreating] = useState(false);
  const [fresh, setFresh] = useState<CreatedWebhook | null>(null);
  const create = canOrder && (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t("webhook.new")}
    </Button>
  );
  return (
    <>
      <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
        {(webhooks) =>
          webhooks.length === 0 ? (
            <EmptyState icon={Icon} title={t("webhook.none")} text={t("webhook.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <>
              <div className="mb-4 flex justify-end">{create}</div>
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                {webhooks.map((webhook) => (
                  <WebhookRow
                    key={webhook.id}
                    webhook={webhook}
                    canOrder={canOrder}
                    onRotated={setFresh}
                  />
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {isCreating && (
        <NewWebhookDialog
          onClose={() => setCreating(false)}
          onCreated={(webhook) => {
            setCreating(false);
            setFresh(webhook);
          }}
        />
      )}
      {fresh && <SecretDialog webhook={fresh} onClose={() => setFresh(null)} />}
    </>
  );
}
