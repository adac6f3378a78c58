import { Outlet, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/kit/Page";
import { Tab, Tabs } from "@/kit/Tabs";

const pages = [
  { to: "/admin/today", name: "today.title" },
  { to: "/admin/usage", name: "usage.title" },
  { to: "/admin/budgets", name: "budget.title" },
  { to: "/admin/rate-limits", name: "limit.title" },
  { to: "/admin/model-calls", name: "ledger.title" },
] as const;

/** The frame of the pages about money. */
export function CostPages() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return (
    <Page title={t("nav.costs")}>
      <Tabs label={t("usage.pages")} className="mb-5">
        {pages.map(({ to, name }) => (
          <Tab key={to} to={to} isCurrent={pathname === to}>
            {t(name)}
          </Tab>
        ))}
      </Tabs>
      <Outlet />
    </Page>
  );
}
