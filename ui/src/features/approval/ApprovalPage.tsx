import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { approvalOptions } from "@/api/approvals";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { ApprovalCard } from "./ApprovalCard";

/** One question, for links that messages carry. */
export function ApprovalPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/shell/approvals/$id" });
  const query = useQuery(approvalOptions(id));
  return (
    <Page
      title={t("approval.one")}
      actions={
        <Link to="/approvals" className="text-accent text-sm hover:underline">
          {t("approval.all")}
        </Link>
      }
    >
      <Loaded query={query} skeleton={<Skeleton className="h-64" />}>
        {(approval) => <ApprovalCard approval={approval} />}
      </Loaded>
    </Page>
  );
}
