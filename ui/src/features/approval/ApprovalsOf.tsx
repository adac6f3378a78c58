import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { approvalsOfOptions } from "@/api/approvals";
import { ErrorState } from "@/kit/ErrorState";
import { ApprovalCard } from "./ApprovalCard";
import { rereadMs } from "./useApprovals";

interface Props {
  executionId: string;
  /** Steps that wait for people: when they change, so does what is asked. */
  waiting: string[];
}

/** The open questions of one execution, to be answered where one looks at it. */
export function ApprovalsOf({ executionId, waiting }: Props) {
  const { t } = useTranslation();
  const { data, error, refetch } = useQuery({
    ...approvalsOfOptions(executionId, waiting),
    enabled: waiting.length > 0,
    // What is typed into one question must outlive that another one comes or goes.
    placeholderData: (before) => before,
    // One answer of several changes nothing that the execution would tell of.
    refetchInterval: rereadMs,
  });
  const open = (data ?? []).filter((each) => each.status === "pending");
  if (waiting.length === 0) return null;
  if (!data && error) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (open.length === 0) return null;
  return (
    <section aria-label={t("nav.approvals")} className="flex flex-col gap-4">
      {open.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} isInline />
      ))}
    </section>
  );
}
