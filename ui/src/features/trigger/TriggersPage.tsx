import { useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page } from "@/kit/Page";
import { Tab, Tabs } from "@/kit/Tabs";
import { EventTriggers } from "./EventTriggers";
import { Schedules } from "./Schedules";
import { Webhooks } from "./Webhooks";

const kinds = ["schedules", "webhooks", "events"] as const;

/** What starts workflows by itself. */
export function TriggersPage() {
  const { t } = useTranslation();
  const { kind } = useParams({ from: "/shell/triggers/$kind" });
  const current = kinds.find((each) => each === kind) ?? "schedules";
  return (
    <Page title={t("nav.triggers")}>
      <Tabs label={t("trigger.views")} className="mb-5">
        {kinds.map((each) => (
          <Tab key={each} to="/triggers/$kind" params={{ kind: each }} isCurrent={each === current}>
            {t(`trigger.view.${each}`)}
          </Tab>
        ))}
      </Tabs>
      {current === "schedules" && <Schedules />}
      {current === "webhooks" && <Webhooks />}
      {current === "events" && <EventTriggers />}
    </Page>
  );
}
