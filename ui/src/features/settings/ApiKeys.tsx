import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { apiKeysOptions } from "@/api/identity";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { ApiKeyRow } from "./ApiKeyRow";
import { NewApiKey } from "./NewApiKey";

export function ApiKeys() {
  const { t } = useTranslation();
  const query = useQuery(apiKeysOptions);
  const canCreate = useCan("manage_api_keys");
  const [isCreating, setCreating] = useState(false);
  const create = canCreate && (
    <Button tone="primary" onClick={() => setCreating(true)}>
      <Plus aria-hidden />
      {t("apiKey.create")}
    </Button>
  );
  return (
    <Panel
      title={t("settings.keys")}
      text={t("apiKey.text")}
      actions={query.data?.items.length ? create : null}
    >
      <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState icon={KeyRound} title={t("apiKey.none")} text={t("apiKey.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <ul className="divide-y divide-line">
              {items.map((apiKey) => (
                <ApiKeyRow key={apiKey.id} apiKey={apiKey} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <NewApiKey isOpen={isCreating} onClose={() => setCreating(false)} />
    </Panel>
  );
}
