import type { CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import type { StepStatus } from "@/lib/status";
import { StepKindIcon } from "./StepKindIcon";
import { StepStatusIcon } from "./StepStatusIcon";

export interface ShownNode {
  id: string;
  name: string;
  kind: string;
  /** Without one the graph is a plan, not an execution. */
  status?: StepStatus;
  /** A second line, such as "2 of 3". */
  note?: string;
}

const edges: Record<StepStatus, string> = {
  pending: "border-line",
  running: "border-accent",
  waiting: "border-accent border-dashed",
  waiting_approval: "border-warn",
  completed: "border-ok",
  failed: "border-danger",
  skipped: "border-line border-dashed",
  cancelled: "border-line border-dashed",
};

interface Props {
  node: ShownNode;
  isSelected: boolean;
  onSelect?: (id: string) => void;
  style: CSSProperties;
}

export function GraphNodeView({ node, isSelected, onSelect, style }: Props) {
  const { t } = useTranslation();
  const { status } = node;
  const isQuiet = status === "pending" || status === "skipped" || status === "cancelled";
  return (
    <button
      type="button"
      aria-pressed={onSelect ? isSelected : undefined}
      aria-disabled={onSelect ? undefined : true}
      onClick={() => onSelect?.(node.id)}
      style={style}
      className={cn(
        "absolute flex items-center gap-2 rounded-md border bg-surface px-2.5 text-start text-sm shadow-card",
        status ? edges[status] : "border-line",
        onSelect ? "hover:bg-hover" : "!cursor-default",
        isSelected && "bg-accent-soft ring-2 ring-accent hover:bg-accent-soft",
      )}
    >
      {status ? <StepStatusIcon status={status} /> : <StepKindIcon kind={node.kind} />}
      <span className="min-w-0 flex-1">
        <span
          className={cn("align-page block truncate", isQuiet ? "text-muted" : "font-medium")}
          dir="auto"
          title={node.name}
        >
          {node.name}
        </span>
        <span className="flex items-center gap-1 truncate text-muted text-xs">
          {t(`step.kind.${kindWord(node.kind)}`)}
          {node.note && <span>· {node.note}</span>}
        </span>
      </span>
    </button>
  );
}

const kinds = ["agent", "tool", "workflow", "wait", "approval", "gate", "compensation"] as const;

/** The kinds that we have words for; a newer one is called a tool. */
export const kindWord = (kind: string) => kinds.find((each) => each === kind) ?? "tool";
