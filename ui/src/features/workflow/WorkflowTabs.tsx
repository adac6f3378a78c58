import { useTranslation } from "react-i18next";
import { Tab, Tabs } from "@/kit/Tabs";

/** The neighbours of the list of workflows; on phones this is the way to the triggers. */
export function WorkflowTabs({ current }: { current: "workflows" | "templates" }) {
  const { t } = useTranslation();
  return (
    <Tabs label={t("workflow.places")} className="mb-5">
      <Tab to="/workflows" isCurrent={current === "workflows"}>
        {t("workflow.own")}
      </Tab>
      <Tab to="/templates" isCurrent={current === "templates"}>
        {t("template.title")}
      </Tab>
      <Tab to="/triggers" isCurrent={false}>
        {t("nav.triggers")}
      </Tab>
    </Tabs>
  );
}
