import { useTranslation } from "react-i18next";
import { Tab, Tabs } from "@/kit/Tabs";

/** The neighbours of the list of workflows. */
export function WorkflowTabs({ current }: { current: "workflows" | "templates" }) {
  const { t } = useTranslation();
  return (
    <Tabs label={t("workflow.places")} className="mb-5">
      <Tab to="/workflows" isCurrent={current === "workflows"}>
        {t("workflow.own")}
      </Tab>
    </Tabs>
  );
}
