import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { UserRoundSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { accessListOptions } from "@/api/access";
import { budgetsOptions } from "@/api/costs";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { FilterText } from "@/kit/Filter";
import { Loaded } from "@/kit/Loaded";
import { MoreButton } from "@/kit/MoreButton";
import { Page } from "@/kit/Page";
import { Skeleton } from "@/kit/Skeleton";
import { Heading, Table } from "@/kit/Table";
import { AccessDialog } from "./AccessDialog";
import { AccessRow } from "./AccessRow";
import { budgetsOf } from "./form";
import type { AccessSearch } from "./search";

/** Who may use what of AI, and how much. */
export function AccessPage() {
  const { t } = useTranslation();
  const { q, user } = useSearch({ from: "/shell/admin/ai-access" });
  const navigate = useNavigate({ from: "/admin/ai-access" });
  const seesCosts = useCan("view_costs");
  const canManage = useCan("manage_budgets");
  const query = useInfiniteQuery({
    ...accessListOptions(q),
    placeholderData: (before) => before,
  });
  const { data: budgets } = useQuery({ ...budgetsOptions, enabled: seesCosts });
  const dayOf = (userId: string) => {
    if (!budgets) return null;
    const { day } = budgetsOf(budgets, userId);
    return day?.is_active ? day : undefined;
  };
  const change = (next: AccessSearch, replace: boolean) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace, resetScroll: false });
  return (
    <Page title={t("nav.aiAccess")}>
      <p className="mb-4 max-w-prose text-muted text-sm">{t("access.text")}</p>
      <search className="mb-4 flex">
        <FilterText
          label={t("access.search.people")}
          value={q ?? ""}
          onChange={(next) => change({ q: next || undefined }, true)}
        />
      </search>
      <Loaded query={query} skeleton={<Skeleton className="h-64" />}>
        {({ pages }) => {
          const people = pages.flatMap((page) => page.items);
          if (people.length === 0) return <Nobody isFiltered={q !== undefined} />;
          return (
            <>
              <Table
                label={t("nav.aiAccess")}
                heading={
                  <>
                    <Heading>{t("usage.group.user")}</Heading>
                    <Heading>{t("settings.role")}</Heading>
                    <Heading>{t("access.level")}</Heading>
                    {seesCosts && <Heading isNumber>{t("platform.budget")}</Heading>}
                    <Heading>
                      <span className="sr-only">{t("price.orders")}</span>
                    </Heading>
                  </>
                }
              >
                {people.map((access) => (
                  <AccessRow
                    key={access.user_id}
                    access={access}
                    seesCosts={seesCosts}
                    budget={dayOf(access.user_id)}
                    onEdit={canManage ? () => change({ user: access.user_id }, false) : null}
                  />
                ))}
              </Table>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
      {user && canManage && (
        <AccessDialog key={user} userId={user} onClose={() => change({ user: undefined }, true)} />
      )}
    </Page>
  );
}

function Nobody({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={UserRoundSearch}
      title={isFiltered ? t("access.nobodyWith") : t("access.nobody")}
      text={isFiltered ? t("access.nobodyWithText") : t("access.nobodyText")}
    >
      {isFiltered && (
        <Button asChild>
          <Link to="/admin/ai-access">{t("ledger.all")}</Link>
        </Button>
      )}
    </EmptyState>
  );
}
