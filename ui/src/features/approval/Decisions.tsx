import { Check, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Approval } from "@/api/workflow-engine";
import { When } from "@/kit/When";

/** Who has answered what so far. */
export function Decisions({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  if (approval.decisions.length === 0) return null;
  return (
    <ul aria-label={t("approval.decisions")} className="flex flex-col gap-2 text-sm">
      {approval.decisions.map((decision) => (
        <li key={`${decision.by} ${decision.at}`} className="flex items-start gap-2">
          {decision.approve ? (
            <Check className="mt-0.5 size-4 shrink-0 text-ok" aria-hidden />
          ) : (
            <X className="mt-0.5 size-4 shrink-0 text-danger" aria-hidden />
          )}
          <div className="min-w-0">
            <p>
              <bdi className="font-medium">{decision.by}</bdi>{" "}
              {decision.approve ? t("approval.didApprove") : t("approval.didReject")}{" "}
              <span className="text-muted text-xs">
                <When at={decision.at} />
              </span>
            </p>
            {decision.comment && (
              <p dir="auto" className="align-page whitespace-pre-wrap break-words text-muted">
                {decision.comment}
              </p>
            )}
            {decision.form && Object.keys(decision.form).length > 0 && (
              <dl className="mt-1 text-xs">
                {Object.entries(decision.form).map(([name, value]) => (
                  <div key={name} className="flex gap-1.5">
                    <dt className="text-muted">
                      <bdi>{name}</bdi>:
                    </dt>
                    <dd>
                      <bdi>{typeof value === "string" ? value : JSON.stringify(value)}</bdi>
                    </dd>
                  </div>
                ))}
              </dl>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
