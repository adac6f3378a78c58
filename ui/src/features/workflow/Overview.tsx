import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { Graph, Workflow } from "@/api/workflow-engine";
import { workflowGraphOptions } from "@/api/workflows";
import { Badge } from "@/kit/Badge";
import { GraphView } from "@/kit/GraphView";
import { Panel } from "@/kit/Panel";

/** What it does, what it wants to know, and its plan. */
export function Overview({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const { data } = useQuery({
    ...workflowGraphOptions(workflow.slug, workflow.revision),
    retry: false,
  });
  const plan = data ?? planOf(workflow);
  const inputs = Object.entries(workflow.inputs);
  return (
    <div className="flex flex-col gap-5">
      {workflow.description && (
        <p className="align-page max-w-prose whitespace-pre-line" dir="auto">
          {workflow.description}
        </p>
      )}
      <GraphView label={t("execution.view.graph")} nodes={plan.nodes} edges={plan.edges} />
      <Panel title={t("workflow.inputs")}>
        {inputs.length === 0 ? (
          <p className="text-muted text-sm">{t("workflow.noInputs")}</p>
        ) : (
          <dl className="flex flex-col gap-3 text-sm">
            {inputs.map(([name, spec]) => (
              <div key={name}>
                <dt className="flex flex-wrap items-center gap-2">
                  <code className="font-mono text-xs" dir="ltr">
                    {name}
                  </code>
                  <Badge>{spec.type}</Badge>
                  {spec.required && <Badge tone="warn">{t("workflow.required")}</Badge>}
                </dt>
                <dd className="mt-0.5 text-muted">
                  <span dir="auto" className="align-page block">
                    {spec.description}
                  </span>
                  {spec.default !== undefined && spec.default !== null && (
                    <span className="block text-xs">
                      {t("workflow.defaultIs")} <bdi>{plain(spec.default)}</bdi>
                    </span>
                  )}
                  {spec.options && spec.options.length > 0 && (
                    <span className="block text-xs">
                      {t("workflow.optionsAre")} <bdi>{spec.options.map(plain).join(", ")}</bdi>
                    </span>
                  )}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Panel>
    </div>
  );
}

const plain = (value: unknown) => (typeof value === "string" ? value : JSON.stringify(value));

const kindOf = (kind: string) => kind as Graph["nodes"][number]["kind"];

function planOf({ steps }: Workflow): Graph {
  return {
    nodes: steps.map(({ id, name, kind }) => ({ id, name, kind: kindOf(kind) })),
    edges: steps.flatMap((step) =>
      step.needs.map((from) => ({ from, to: step.id, kind: "need" as const })),
    ),
  };
}
