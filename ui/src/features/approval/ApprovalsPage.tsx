import { useInfiniteQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Inbox } from "lucide-react";
import { useTranslation } from "react-i18next";
import { approvalsOptions } from "@/api/approvals";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { Tab, Tabs } from "@/kit/Tabs";
import { ApprovalCard } from "./ApprovalCard";
import { places } from "./places";

const rereadMs = 15_000;

/** Questions that wait for people: those for me, all open ones, and those that are answered. */
export function ApprovalsPage() {
  const { t } = useTranslation();
  const { show = "mine" } = useSearch({ from: "/shell/approvals" });
  const query = useInfiniteQuery({
    ...approvalsOptions(places[show]),
    refetchInterval: show === "decided" ? false : rereadMs,
  });
  return (
    <Page title={t("nav.approvals")}>
      <Tabs label={t("approval.views")} className="mb-5">
        {(["mine", "open", "decided"] as const).map((each) => (
          <Tab key={each} to="/approvals" search={{ show: each }} isCurrent={each === show}>
            {t(`approval.show.${each}`)}
          </Tab>
        ))}
      </Tabs>
      <Loaded
        query={query}
        skeleton={
          <div className="flex flex-col gap-4">
            <Skeleton className="h-48" />
            <Skeleton className="h-48" />
          </div>
        }
      >
        {({ pages }) => {
          const items = pages.flatMap((page) => page.items);
          const shown =
            show === "decided" ? items.filter((each) => each.status !== "pending") : items;
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
              {query.hasNextPage && (
                <Button
                  className="mx-auto mt-4 flex"
                  isBusy={query.isFetchingNextPage}
                  onClick={() => void query.fetchNextPage()}
                >
                  {t("action.more")}
                </Button>
              )}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}
