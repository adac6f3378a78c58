import { useSearch } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import { useTranslation } from "react-i18next";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { MoreButton } from "@/kit/MoreButton";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { Tab, Tabs } from "@/kit/Tabs";
import { ApprovalCard } from "./ApprovalCard";
import { useApprovals } from "./useApprovals";

const skeleton = (
  <div className="flex flex-col gap-4">
    <Skeleton className="h-48" />
    <Skeleton className="h-48" />
  </div>
);

/** Questions that wait for people: those for me, all open ones, and those that are answered. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const { show = "mine" } = useSearch({ from: "/shell/approvals" });
  const { query, shown, isSeeking } = useApprovals(show);
  return (
    <Page title={t("nav.approvals")}>
      <Tabs label={t("approval.views")} className="mb-5">
        {(["mine", "open", "decided"] as const).map((each) => (
          <Tab key={each} to="/approvals" search={{ show: each }} isCurrent={each === show}>
            {t(`approval.show.${each}`)}
          </Tab>
        ))}
      </Tabs>
      <Loaded query={isSeeking ? { ...query, data: undefined } : query} skeleton={skeleton}>
        {() => {
          if (shown.length === 0) {
            return (
              <EmptyState
                icon={Inbox}
                title={t(`approval.none.${show}`)}
                text={t(`approval.noneText.${show}`)}
              />
            );
          }
          return (
            <>
              <ul className="flex flex-col gap-4">
                {shown.map((approval) => (
                  <li key={approval.id}>
                    <ApprovalCard approval={approval} />
                  </li>
                ))}
              </ul>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
