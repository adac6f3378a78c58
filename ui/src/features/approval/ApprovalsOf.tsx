import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { approvalsOfOptions } from "@/api/approvals";
import { ApprovalCard } from "./ApprovalCard";

interface Props {
  executionId: string;
  /** Steps that wait for people: when they change, so does what is asked. */
  waiting: string[];
}

/** The open questions of one execution, to be answered where one looks at it. */
export function ApprovalsOf({ executionId, waiting }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery({
    ...approvalsOfOptions(executionId, waiting),
    enabled: waiting.length > 0,
  });
  const open = (data ?? []).filter((each) => each.status === "pending");
  if (waiting.length === 0 || open.length === 0) return null;
  return (
    <section aria-label={t("nav.approvals")} className="flex flex-col gap-4">
      {open.map((approval) => (
        <ApprovalCard key={approval.id} approval={approval} isInline />
      ))}
    </section>
  );
}
