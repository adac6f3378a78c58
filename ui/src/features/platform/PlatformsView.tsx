import { useQuery } from "@tanstack/react-query";
import { ListOrdered, Plus, Server } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Platform } from "@/api/gateway";
import { platformHealthOptions, platformsOptions } from "@/api/platforms";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { OrderDialog } from "./OrderDialog";
import { PlatformDialog } from "./PlatformDialog";
import { PlatformRow } from "./PlatformRow";

/** Where models come from: what was set up here, in the configuration, or is there by nature. */
export function PlatformsView() {
  const { t } = useTranslation();
  const query = useQuery(platformsOptions);
  const seesHealth = useCan("view_models");
  const { data: health } = useQuery({ ...platformHealthOptions, enabled: seesHealth });
  const [edited, setEdited] = useState<Platform | "new" | null>(null);
  const [isOrdering, setOrdering] = useState(false);
  const add = (
    <Button tone="primary" onClick={() => setEdited("new")}>
      <Plus aria-hidden />
      {t("platform.add")}
    </Button>
  );
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-56" />}>
      {(all) => {
        const own = all.filter((each) => each.source === "database");
        return (
          <>
            {own.length === 0 ? (
              <EmptyState icon={Server} title={t("platform.none")} text={t("platform.noneText")}>
                {add}
              </EmptyState>
            ) : (
              <div className="mb-4 flex flex-wrap justify-end gap-2">
                {own.length > 1 && (
                  <Button onClick={() => setOrdering(true)}>
                    <ListOrdered className="rtl:-scale-x-100" aria-hidden />
                    {t("platform.orderTitle")}
                  </Button>
                )}
                {add}
              </div>
            )}
            {all.length > 0 && (
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                {all.map((platform) => (
                  <PlatformRow
                    key={platform.id ?? platform.name}
                    platform={platform}
                    health={health?.find((each) => each.platform === platform.name)}
                    onEdit={() => setEdited(platform)}
                  />
                ))}
              </ul>
            )}
            {edited && (
              <PlatformDialog
                key={edited === "new" ? "new" : edited.name}
                platform={edited === "new" ? null : edited}
                taken={all.map((each) => each.name)}
                onClose={() => setEdited(null)}
              />
            )}
            {isOrdering && <OrderDialog platforms={own} onClose={() => setOrdering(false)} />}
          </>
        );
      }}
    </Loaded>
  );
}
