import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { WorkItem } from "@/api/types";
import { OriginBadge } from "@/kit/OriginBadge";
import { When } from "@/kit/When";

const link = "font-medium text-accent underline-offset-2 hover:underline";

/** Where the item came from, down to the answer of the model. */
export function ItemOrigin({ item }: { item: WorkItem }) {
  const { t } = useTranslation();
  const { origin } = item;
  return (
    <section className="flex flex-col gap-2 border-line border-t pt-4 text-muted text-sm">
      <h3 className="font-medium text-ink text-sm">{t("origin.title")}</h3>
      {origin ? (
        <>
          <p className="flex flex-wrap items-center gap-2">
            <OriginBadge origin={origin} />
            {origin.model && (
              <span>
                {t("origin.model")} <bdi className="text-ink">{origin.model}</bdi>
              </span>
            )}
          </p>
          <p className="flex flex-wrap gap-4">
            <Link to="/executions/$id" params={{ id: origin.execution_id }} className={link}>
              {t("origin.execution")}
            </Link>
            <Link
              to="/executions/$id"
              params={{ id: origin.execution_id }}
              search={{ step: origin.step }}
              className={link}
            >
              {t("origin.result")}
            </Link>
          </p>
        </>
      ) : (
        <p>{t("origin.person")}</p>
      )}
      <p className="flex flex-wrap gap-x-4 text-xs">
        <span>
          {t("item.createdAt")} <When at={item.created_at} />
        </span>
        <span>
          {t("item.updatedAt")} <When at={item.updated_at} />
        </span>
        {item.completed_at && (
          <span>
            {t("item.completedAt")} <When at={item.completed_at} />
          </span>
        )}
      </p>
    </section>
  );
}
