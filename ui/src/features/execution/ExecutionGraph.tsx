import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { graphOptions } from "@/api/executions";
import type { ExecutionDetail, Graph } from "@/api/workflow-engine";
import { GraphView } from "@/kit/GraphView";
import { useFormats } from "@/lib/useFormats";
import type { Selection } from "./useSelection";

interface Props {
  execution: ExecutionDetail;
  selection: Selection;
}

/** The plan with the states of now; until its edges are here, those that the steps' needs say. */
export function ExecutionGraph({ execution, selection }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { data } = useQuery(graphOptions(execution.id));
  const plan = useMemo(() => data ?? planOf(execution), [data, execution]);
  const nodes = useMemo(() => {
    const steps = new Map(execution.steps.map((step) => [step.id, step]));
    return plan.nodes.map((node) => {
      const step = steps.get(node.id);
      const done = step?.instances.filter((each) => each.status === "completed").length ?? 0;
      const all = step?.instances.length ?? 0;
      return {
        ...node,
        kind: step?.kind ?? node.kind,
        status: step?.status ?? node.status ?? "pending",
        note:
          step?.fan_out && all > 0
            ? t("execution.instancesDone", {
                done: formats.number(done),
                total: formats.number(all),
              })
            : undefined,
      };
    });
  }, [plan, execution, t, formats]);
  return (
    <GraphView
      label={t("execution.view.graph")}
      nodes={nodes}
      edges={plan.edges}
      selected={selection.step?.id}
      onSelect={(id) => selection.select(id)}
    />
  );
}

function planOf({ steps }: ExecutionDetail): Graph {
  return {
    nodes: steps.map(({ id, name, kind, status }) => ({ id, name, kind, status })),
    edges: steps.flatMap((step) =>
      step.needs.map((from) => ({ from, to: step.id, kind: "need" as const })),
    ),
  };
}
