import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { type PlainEdge, ranksOf } from "@/lib/graphLayout";
import { kindWord, type ShownNode } from "./GraphNodeView";
import { StepKindIcon } from "./StepKindIcon";
import { StepStatusIcon } from "./StepStatusIcon";

interface Props {
  nodes: ShownNode[];
  edges: PlainEdge[];
  selected?: string;
  onSelect?: (id: string) => void;
}

/** The same graph in words, in the order in which things can happen. */
export function GraphList({ nodes, edges, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const ranks = ranksOf(nodes, edges);
  const names = new Map(nodes.map((node) => [node.id, node.name]));
  const inOrder = [...nodes].sort((a, b) => (ranks.get(a.id) ?? 0) - (ranks.get(b.id) ?? 0));
  const from = (id: string, kind: PlainEdge["kind"]) =>
    edges
      .filter((edge) => edge.to === id && edge.kind === kind)
      .map((edge) => names.get(edge.from));
  return (
    <ol className="divide-y divide-line">
      {inOrder.map((node) => {
        const needs = from(node.id, "need");
        const errors = from(node.id, "error");
        const backs = edges
          .filter((edge) => edge.from === node.id && edge.kind === "back")
          .map((edge) => names.get(edge.to));
        const body = (
          <>
            <span className="flex items-center gap-2 text-sm">
              {node.status ? (
                <StepStatusIcon status={node.status} />
              ) : (
                <StepKindIcon kind={node.kind} />
              )}
              <bdi className="min-w-0 truncate font-medium">{node.name}</bdi>
              <span className="text-muted text-xs">{t(`step.kind.${kindWord(node.kind)}`)}</span>
              {node.note && <span className="text-muted text-xs">{node.note}</span>}
            </span>
            {needs.length > 0 && (
              <span className="block ps-6 text-muted text-xs">
                {t("execution.waitsFor", { steps: needs.join(", ") })}
              </span>
            )}
            {errors.length > 0 && (
              <span className="block ps-6 text-muted text-xs">
                {t("graph.onError", { steps: errors.join(", ") })}
              </span>
            )}
            {backs.length > 0 && (
              <span className="block ps-6 text-muted text-xs">
                {t("graph.sendsBack", { steps: backs.join(", ") })}
              </span>
            )}
          </>
        );
        return (
          <li key={node.id}>
            {onSelect ? (
              <button
                type="button"
                aria-pressed={node.id === selected}
                onClick={() => onSelect(node.id)}
                className={cn(
                  "-outline-offset-2 block w-full px-4 py-2 text-start hover:bg-hover",
                  node.id === selected && "bg-accent-soft hover:bg-accent-soft",
                )}
              >
                {body}
              </button>
            ) : (
              <div className="px-4 py-2">{body}</div>
            )}
          </li>
        );
      })}
    </ol>
  );
}
