import { UserRoundCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Approval } from "@/api/workflow-engine";
import { Badge, type Tone } from "@/kit/Badge";
import { Markdown } from "@/kit/Markdown";
import { When } from "@/kit/When";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";
import { Belongs } from "./Belongs";
import { DecideForm } from "./DecideForm";
import { Decisions } from "./Decisions";
import { Expiry } from "./Expiry";

const tones: Record<Approval["status"], Tone> = {
  pending: "warn",
  approved: "ok",
  rejected: "danger",
  expired: "quiet",
  cancelled: "quiet",
};

interface Props {
  approval: Approval;
  /** On the execution's page that page is not linked again. */
  isInline?: boolean;
}

/** A question with all that is needed to answer it. */
export function ApprovalCard({ approval, isInline }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isPending = approval.status === "pending";
  const asked = [...approval.people, ...approval.roles];
  const rule =
    typeof approval.rule === "string"
      ? t(`approval.rule.${approval.rule}`)
      : t("approval.quorum", {
          count: approval.rule.quorum,
          shown: formats.number(approval.rule.quorum),
        });
  return (
    <article
      aria-label={approval.title}
      tabIndex={-1}
      data-asks={isPending && approval.can_decide ? true : undefined}
      className="rounded-lg border border-line bg-surface shadow-card"
    >
      <header className="flex items-start gap-3 px-4 pt-4">
        <UserRoundCheck
          className={
            isPending ? "mt-0.5 size-5 shrink-0 text-warn" : "mt-0.5 size-5 shrink-0 text-muted"
          }
          aria-hidden
        />
        <div className="min-w-0 flex-1">
          <h2 className="align-page font-semibold" dir="auto">
            {approval.title}
          </h2>
          <p className="mt-0.5 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-muted text-xs">
            <span>
              {t("approval.requestedBy")} <bdi>{approval.requested_by}</bdi>
            </span>
            <When at={approval.requested_at} />
          </p>
        </div>
        <div className="flex shrink-0 flex-col items-end gap-1">
          <Badge tone={tones[approval.status]}>{t(`approval.status.${approval.status}`)}</Badge>
          {isPending && approval.expires_at && <Expiry at={approval.expires_at} />}
        </div>
      </header>
      <div
        className={cn(
          "grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-4 p-4",
          isPending && approval.can_decide && "lg:grid-cols-2",
        )}
      >
        <div className="flex min-w-0 flex-col gap-4">
          <Belongs approval={approval} isInline={isInline} />
          {approval.message && <Markdown text={approval.message} />}
          <p className="flex flex-wrap items-center gap-1.5 text-muted text-xs">
            {t("approval.asked")}
            {asked.map((name) => (
              <Badge key={name}>
                <bdi>{name}</bdi>
              </Badge>
            ))}
            <span>{rule}</span>
            {approval.escalated && <Badge tone="warn">{t("approval.escalated")}</Badge>}
          </p>
          <Decisions approval={approval} />
          {isPending && !approval.can_decide && (
            <p className="text-muted text-sm">{t("approval.notYours")}</p>
          )}
        </div>
        {isPending && approval.can_decide && <DecideForm approval={approval} />}
      </div>
    </article>
  );
}
