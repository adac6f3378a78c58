import { useTranslation } from "react-i18next";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { JsonView } from "@/kit/JsonView";
import { Panel } from "@/kit/Panel";

/** What the execution was given and what it gave back. */
export function InputsAndOutputs({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-2">
      <Panel>
        <JsonView value={execution.inputs} label={t("execution.inputs")} />
      </Panel>
      <Panel>
        {execution.outputs === null || execution.outputs === undefined ? (
          <p className="text-muted text-sm">{t("execution.noOutputs")}</p>
        ) : (
          <JsonView value={execution.outputs} label={t("execution.outputs")} />
        )}
      </Panel>
    </div>
  );
}
