import { useQuery } from "@tanstack/react-query";
import { HeartPulse } from "lucide-react";
import { useTranslation } from "react-i18next";
import { platformHealthOptions } from "@/api/platforms";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { HealthCard } from "./HealthCard";
import { HealthHistory } from "./HealthHistory";

/** How every platform is right now, and how it was. It looks again by itself. */
export function HealthView() {
  const { t } = useTranslation();
  const query = useQuery(platformHealthOptions);
  return (
    <Loaded query={query} skeleton={<Skeleton className="h-64" />}>
      {(all) =>
        all.length === 0 ? (
          <EmptyState icon={HeartPulse} title={t("health.none")} text={t("health.noneText")} />
        ) : (
          <>
            <ul className="mb-6 grid gap-4 lg:grid-cols-2">
              {all.map((health) => (
                <HealthCard key={health.platform} health={health} />
              ))}
            </ul>
            <HealthHistory platforms={all.map((each) => each.platform)} />
          </>
        )
      }
    </Loaded>
  );
}
