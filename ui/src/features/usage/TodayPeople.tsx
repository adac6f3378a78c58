import { Link } from "@tanstack/react-router";
import { ReceiptText, UserRoundCog } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import { BudgetLevelBadge } from "@/kit/BudgetLevelBadge";
import { Button } from "@/kit/Button";
import { Cell, Heading, RowName, Table } from "@/kit/Table";
import { useFormats } from "@/lib/useFormats";
import { CapShare } from "./CapShare";
import { amountOf } from "./measure";
import { capOf, type PersonToday } from "./today";
import { useLineName } from "./useLineName";

/** What each person used today, and how much of their money is left. */
export function TodayPeople({ people }: { people: PersonToday[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useLineName("user");
  return (
    <section aria-labelledby="today-people" className="flex flex-col gap-3">
      <h2 id="today-people" className="font-semibold">
        {t("usage.by.user")}
      </h2>
      {people.length === 0 ? (
        <p className="text-muted text-sm">{t("today.none")}</p>
      ) : (
        <Table
          label={t("usage.by.user")}
          heading={
            <>
              <Heading>{t("usage.group.user")}</Heading>
              <Heading isNumber>{t("usage.calls")}</Heading>
              <Heading isNumber>{t("usage.tokens")}</Heading>
              <Heading isNumber>{t("usage.cost")}</Heading>
              <Heading isNumber>{t("today.budget")}</Heading>
              <Heading>{t("today.status")}</Heading>
              <Heading>
                <span className="sr-only">{t("price.orders")}</span>
              </Heading>
            </>
          }
        >
          {people.map(({ line, budget, level }) => (
            <tr key={line.key}>
              <RowName className="min-w-36 max-w-72">
                <bdi className="break-words">{nameOf(line.key)}</bdi>
              </RowName>
              <Cell isNumber>{formats.number(line.calls)}</Cell>
              <Cell isNumber>{formats.number(amountOf(line, "tokens"))}</Cell>
              <Cell isNumber>{formats.money(line.cost_micros)}</Cell>
              <Cell isNumber>
                {budget ? <CapShare cap={capOf(budget)} /> : <span aria-hidden>–</span>}
                {budget && (
                  <span className="block text-muted text-xs">
                    {t(`budget.periodIs.${budget.period}`)}
                  </span>
                )}
              </Cell>
              <Cell className="whitespace-nowrap">
                <BudgetLevelBadge level={level} />
              </Cell>
              <Cell>{line.key !== "" && <Ways id={line.key} name={nameOf(line.key)} />}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </section>
  );
}

/** Where more about a person stands. */
function Ways({ id, name }: { id: string; name: string }) {
  const { t } = useTranslation();
  const managesMoney = useCan("manage_budgets");
  return (
    <span className="flex justify-end">
      <Button asChild tone="ghost" size="icon">
        <Link
          to="/admin/model-calls"
          search={{ user: id, span: "1d" }}
          aria-label={t("access.usageOf", { name })}
        >
          <ReceiptText aria-hidden />
        </Link>
      </Button>
      {managesMoney && (
        <Button asChild tone="ghost" size="icon">
          <Link
            to="/admin/ai-access"
            search={{ user: id }}
            aria-label={t("access.editTitle", { name })}
          >
            <UserRoundCog aria-hidden />
          </Link>
        </Button>
      )}
    </span>
  );
}
