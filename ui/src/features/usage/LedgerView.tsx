import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { ReceiptText } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { modelCallsOptions } from "@/api/costs";
import { useCan } from "@/api/useCan";
import { virtualKeysOptions } from "@/api/virtualKeys";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";
import { Input } from "@/kit/Input";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { Heading, Table } from "@/kit/Table";
import { CallLine } from "./CallLine";

/** Every call of a model, line by line, in the order in which they began. */
export function LedgerView() {
  const { t } = useTranslation();
  const { execution } = useSearch({ from: "/shell/cost-pages/admin/model-calls" });
  const navigate = useNavigate({ from: "/admin/model-calls" });
  const [typed, setTyped] = useState(execution ?? "");
  const query = useInfiniteQuery(modelCallsOptions(execution));
  const seesKeys = useCan("manage_virtual_keys");
  const { data: virtualKeys } = useQuery({ ...virtualKeysOptions, enabled: seesKeys });
  const show = (id: string) =>
    void navigate({ search: { execution: id || undefined }, replace: true });
  return (
    <>
      <form
        className="mb-4 flex flex-wrap items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          show(typed.trim());
        }}
      >
        <Input
          aria-label={t("ledger.execution")}
          placeholder={t("ledger.execution")}
          dir="ltr"
          className="max-w-72 font-mono"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <Button type="submit">{t("ledger.filter")}</Button>
        {execution && (
          <Button
            tone="ghost"
            onClick={() => {
              setTyped("");
              show("");
            }}
          >
            {t("ledger.all")}
          </Button>
        )}
      </form>
      <Loaded query={query} skeleton={<Skeleton className="h-64" />}>
        {({ pages }) => {
          const calls = pages.flatMap((page) => page.items);
          if (calls.length === 0) {
            return (
              <EmptyState
                icon={ReceiptText}
                title={t("ledger.none")}
                text={execution ? t("ledger.noneWithText") : t("ledger.noneText")}
              />
            );
          }
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
                    keyName={virtualKeys?.find((each) => each.id === call.key_id)?.name}
                  />
                ))}
              </Table>
              {query.hasNextPage && (
                <div className="mt-4 flex justify-center">
                  <Button
                    isBusy={query.isFetchingNextPage}
                    onClick={() => void query.fetchNextPage()}
                  >
                    {t("action.more")}
                  </Button>
                </div>
              )}
            </>
          );
        }}
      </Loaded>
    </>
  );
}
