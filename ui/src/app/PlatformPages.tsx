import { Outlet, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import { Page } from "@/kit/Page";
import { Tab, Tabs } from "@/kit/Tabs";

/** The frame of the pages about platforms. */
export function PlatformPages() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const manages = useCan("manage_platforms");
  const seesModels = useCan("view_models");
  const seesCosts = useCan("view_costs");
  const is = (path: string) => pathname === path;
  return (
    <Page title={t("nav.platforms")}>
      <Tabs label={t("platform.pages")} className="mb-5">
        {manages && (
          <Tab to="/admin/platforms" isCurrent={is("/admin/platforms")}>
            {t("platform.title")}
          </Tab>
        )}
        {seesModels && (
          <Tab to="/admin/health" isCurrent={is("/admin/health")}>
            {t("health.title")}
          </Tab>
        )}
        {seesModels && (
          <Tab to="/admin/model-groups" isCurrent={is("/admin/model-groups")}>
            {t("modelGroup.title")}
          </Tab>
        )}
        {seesCosts && (
          <Tab to="/admin/prices" isCurrent={is("/admin/prices")}>
            {t("price.title")}
          </Tab>
        )}
      </Tabs>
      <Outlet />
    </Page>
  );
}
