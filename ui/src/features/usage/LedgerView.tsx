import { useInfiniteQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { ReceiptText } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { modelCallsOptions } from "@/api/costs";
import { usePersonName } from "@/api/people";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { MoreButton } from "@/kit/MoreButton";
import { Skeleton } from "@/kit/Skeleton";
import { Heading, Table } from "@/kit/Table";
import { CallLine } from "./CallLine";
import { FirstSteps } from "./FirstSteps";
import { LedgerFilters } from "./LedgerFilters";
import { countFilters, type LedgerSearch, toCallFilter } from "./ledger";

/** Every call of a model, line by line, the newest first. */
export function LedgerView() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/shell/cost-pages/admin/model-calls" });
  const navigate = useNavigate({ from: "/admin/model-calls" });
  const personName = usePersonName();
  // The last days end when they were chosen: every page must be about the same stretch.
  const filter = useMemo(() => toCallFilter(search, Date.now()), [search]);
  const query = useInfiniteQuery({
    ...modelCallsOptions(filter),
    placeholderData: (before) => before,
  });
  const change = (next: LedgerSearch) =>
    void navigate({
      search: (before) => ({ ...before, ...next }),
      replace: true,
      resetScroll: false,
    });
  return (
    <>
      <LedgerFilters search={search} onChange={change} />
      <Loaded query={query} skeleton={<Skeleton className="h-64" />}>
        {({ pages }) => {
          const calls = pages.flatMap((page) => page.items);
          if (calls.length === 0) return <None isFiltered={countFilters(search) > 0} />;
          return (
            <>
              <Table
                label={t("ledger.title")}
                heading={
                  <>
                    <Heading>{t("ledger.began")}</Heading>
                    <Heading>{t("price.model")}</Heading>
                    <Heading>{t("ledger.for")}</Heading>
                    <Heading isNumber>{t("ledger.tokens")}</Heading>
                    <Heading isNumber>{t("usage.cost")}</Heading>
                    <Heading isNumber>{t("ledger.duration")}</Heading>
                    <Heading>{t("ledger.outcome")}</Heading>
                  </>
                }
              >
                {calls.map((call) => (
                  <CallLine
                    key={call.id}
                    call={call}
                    person={call.user_id === null ? null : personName(call.user_id)}
                  />
                ))}
              </Table>
              <MoreButton query={query} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

/** Nothing to see, and what to do about it. */
function None({ isFiltered }: { isFiltered: boolean }) {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={ReceiptText}
      title={isFiltered ? t("ledger.noneWith") : t("ledger.none")}
      text={isFiltered ? t("ledger.noneWithText") : t("ledger.noneText")}
    >
      {isFiltered ? (
        <Button asChild>
          <Link to="/admin/model-calls">{t("ledger.all")}</Link>
        </Button>
      ) : (
        <FirstSteps />
      )}
    </EmptyState>
  );
}
