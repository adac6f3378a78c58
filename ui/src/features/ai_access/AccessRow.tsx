import { Link } from "@tanstack/react-router";
import { ChartColumn, Pencil } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Access, Budget } from "@/api/gateway";
import { BudgetLevelBadge } from "@/kit/BudgetLevelBadge";
import { Button } from "@/kit/Button";
import { Cell, RowName } from "@/kit/Table";
import { levelOf, partOf } from "@/lib/budgetLevel";
import { useFormats } from "@/lib/useFormats";
import { LevelBadge } from "./LevelBadge";
import { useFacts } from "./useFacts";

interface Props {
  access: Access;
  seesCosts: boolean;
  /** Of a day; absent when there is none that counts, null while nobody knows. */
  budget: Budget | null | undefined;
  /** Null for whoever may only look. */
  onEdit: (() => void) | null;
}

export function AccessRow({ access, seesCosts, budget, onEdit }: Props) {
  const { t } = useTranslation();
  const factsOf = useFacts();
  const { name, email, role } = access;
  return (
    <tr>
      <RowName className="min-w-44 max-w-72">
        <bdi className="break-words">{name}</bdi>
        <span className="block break-all font-normal text-muted text-xs">
          <bdi>{email}</bdi>
        </span>
      </RowName>
      <Cell className="whitespace-nowrap">
        <bdi>{role}</bdi>
      </Cell>
      <Cell className="min-w-52">
        <LevelBadge level={access.level} />
        <span className="mt-0.5 flex flex-wrap gap-x-3 text-muted text-xs">
          {factsOf(access).map((fact) => (
            <span key={fact}>{fact}</span>
          ))}
        </span>
      </Cell>
      {seesCosts && (
        <Cell isNumber>
          <DailyBudget budget={budget} />
        </Cell>
      )}
      <Cell>
        <span className="flex justify-end">
          {seesCosts && (
            <Button asChild tone="ghost" size="icon">
              <Link
                to="/admin/model-calls"
                search={{ user: access.user_id }}
                aria-label={t("access.usageOf", { name })}
              >
                <ChartColumn aria-hidden />
              </Link>
            </Button>
          )}
          {onEdit && (
            <Button
              tone="ghost"
              size="icon"
              aria-label={t("access.editTitle", { name })}
              onClick={onEdit}
            >
              <Pencil aria-hidden />
            </Button>
          )}
        </span>
      </Cell>
    </tr>
  );
}

function DailyBudget({ budget }: { budget: Props["budget"] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  if (budget === null) return <span aria-hidden>–</span>;
  if (!budget) return <span className="text-muted text-xs">{t("budget.levelIs.none")}</span>;
  const level = levelOf(partOf(budget.spent_micros, budget.cap_micros));
  return (
    <>
      <bdi className="block">
        {t("quota.of", {
          used: formats.money(budget.spent_micros),
          limit: formats.money(budget.cap_micros),
        })}
      </bdi>
      {level !== "ok" && <BudgetLevelBadge level={level} />}
    </>
  );
}
