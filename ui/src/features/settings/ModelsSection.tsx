import { useQuery } from "@tanstack/react-query";
import { Cpu } from "lucide-react";
import { useTranslation } from "react-i18next";
import { modelsOptions } from "@/api/models";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { Snippet } from "@/kit/Snippet";
import { ConnectProvider } from "./ConnectProvider";
import { ModelRow } from "./ModelRow";

export function ModelsSection() {
  const { t } = useTranslation();
  const query = useQuery(modelsOptions);
  const isMissing = query.data?.items.some((model) => model.status === "not_installed");
  return (
    <div className="flex flex-col gap-6">
      <Panel title={t("settings.models")} text={t("model.text")}>
        <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
          {(models) =>
            models.items.length === 0 ? (
              <EmptyState icon={Cpu} title={t("model.none")} text={t("model.noneText")}>
                <Snippet text="hishamos model install" what={t("model.installCommand")} />
              </EmptyState>
            ) : (
              <ul className="divide-y divide-line">
                {models.items.map((model) => (
                  <ModelRow key={model.id} model={model} isDefault={model.id === models.default} />
                ))}
              </ul>
            )
          }
        </Loaded>
        {isMissing && (
          <div className="mt-4 flex flex-col gap-2">
            <p className="text-muted text-sm">{t("model.install")}</p>
            <Snippet text="hishamos model install" what={t("model.installCommand")} />
          </div>
        )}
      </Panel>
      <ConnectProvider />
    </div>
  );
}
