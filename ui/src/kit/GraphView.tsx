import { List, Minus, Network, Plus, Scan } from "lucide-react";
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Direction, type Layout, layOut, type PlainEdge } from "@/lib/graphLayout";
import { useFormats } from "@/lib/useFormats";
import { useMedia } from "@/lib/useMedia";
import { Button } from "./Button";
import { GraphList } from "./GraphList";
import { GraphNodeView, type ShownNode } from "./GraphNodeView";
import { ScrollPane } from "./ScrollPane";

interface Props {
  label: string;
  nodes: ShownNode[];
  edges: PlainEdge[];
  selected?: string;
  onSelect?: (id: string) => void;
}

const size = { width: 184, height: 48, gapAlong: 56, gapAcross: 16 };
const narrow = { width: 168, height: 48, gapAlong: 40, gapAcross: 12 };
const scales = [0.5, 0.65, 0.8, 1, 1.25, 1.5, 2];
const normal = 3;
const readable = 2;

/** A graph of steps: picture or list, zoomed with + - 0. The picture flows with the page's language. */
export function GraphView({ label, nodes, edges, selected, onSelect }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const isNarrow = useMedia("(width < 48rem)");
  const direction: Direction = isNarrow ? "down" : "across";
  const measures = isNarrow ? narrow : size;
  const layout = useMemo(
    () => layOut(nodes, edges, measures, direction),
    [nodes, edges, measures, direction],
  );
  const [zoom, setZoom] = useState(normal);
  const [isList, setList] = useState(false);
  const pane = useRef<HTMLDivElement>(null);
  const scale = scales[zoom] ?? 1;
  const to = (next: number) => setZoom(Math.min(scales.length - 1, Math.max(0, next)));
  const fitWidth = (least: number) => {
    const room = pane.current?.clientWidth ?? 0;
    if (room === 0) return;
    const fitting = scales.findLastIndex((each) => each * layout.width + 32 <= room && each <= 1);
    to(Math.max(least, fitting));
  };
  // At first as much as can still be read; afterwards the reader decides.
  const hasFitted = useRef(false);
  useLayoutEffect(() => {
    if (hasFitted.current || layout.width === 0) return;
    hasFitted.current = true;
    fitWidth(readable);
  });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") to(zoom + 1);
    else if (event.key === "-") to(zoom - 1);
    else if (event.key === "0") to(normal);
    else return;
    event.preventDefault();
  };
  return (
    <section aria-label={label} className="rounded-lg border border-line bg-surface shadow-card">
      <div className="flex flex-wrap items-center gap-1 border-line border-b p-1.5">
        <Button tone="ghost" size="sm" aria-pressed={isList} onClick={() => setList(!isList)}>
          {isList ? <Network aria-hidden /> : <List aria-hidden />}
          {isList ? t("graph.asPicture") : t("graph.asList")}
        </Button>
        {!isList && (
          <fieldset className="ms-auto flex items-center gap-0.5">
            <legend className="sr-only">{t("graph.zoom")}</legend>
            <Button
              tone="ghost"
              size="tiny"
              aria-label={t("graph.zoomOut")}
              aria-keyshortcuts="-"
              onClick={() => to(zoom - 1)}
            >
              <Minus aria-hidden />
            </Button>
            <span className="w-12 text-center text-muted text-xs tabular-nums" aria-live="polite">
              {formats.percent(scale * 100)}
            </span>
            <Button
              tone="ghost"
              size="tiny"
              aria-label={t("graph.zoomIn")}
              aria-keyshortcuts="+"
              onClick={() => to(zoom + 1)}
            >
              <Plus aria-hidden />
            </Button>
            <Button
              tone="ghost"
              size="tiny"
              aria-label={t("graph.fit")}
              onClick={() => fitWidth(0)}
            >
              <Scan aria-hidden />
            </Button>
          </fieldset>
        )}
      </div>
      {isList ? (
        <GraphList nodes={nodes} edges={edges} selected={selected} onSelect={onSelect} />
      ) : (
        <ScrollPane
          ref={pane}
          label={t("graph.picture", { label })}
          className="max-h-[32rem] p-4"
          onKeyDown={onKeyDown}
        >
          <div
            className="mx-auto"
            style={{ width: layout.width * scale, height: layout.height * scale }}
          >
            <div
              className="relative origin-top-left rtl:origin-top-right"
              style={{
                width: layout.width,
                height: layout.height,
                transform: `scale(${scale})`,
              }}
            >
              <Edges layout={layout} />
              {layout.nodes.map((place) => {
                const node = nodes.find((each) => each.id === place.id);
                return node ? (
                  <GraphNodeView
                    key={node.id}
                    node={node}
                    isSelected={node.id === selected}
                    onSelect={onSelect}
                    style={{
                      insetInlineStart: place.x,
                      top: place.y,
                      width: measures.width,
                      height: measures.height,
                    }}
                  />
                ) : null;
              })}
            </div>
          </div>
        </ScrollPane>
      )}
      <Legend edges={edges} />
    </section>
  );
}

const looks: Record<PlainEdge["kind"], { stroke: string; dash?: string }> = {
  need: { stroke: "var(--edge)" },
  error: { stroke: "var(--danger)", dash: "5 4" },
  back: { stroke: "var(--warn)", dash: "2 4" },
};

function Edges({ layout }: { layout: Layout }) {
  const id = useId();
  return (
    <svg
      aria-hidden="true"
      focusable="false"
      width={layout.width}
      height={layout.height}
      className="absolute inset-0 overflow-visible rtl:-scale-x-100"
    >
      <defs>
        {(Object.keys(looks) as PlainEdge["kind"][]).map((kind) => (
          <marker
            key={kind}
            id={`${id}${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path d="M0 1 7 4 0 7z" fill={looks[kind].stroke} />
          </marker>
        ))}
      </defs>
      {layout.edges.map((edge) => (
        <path
          key={`${edge.from} ${edge.to} ${edge.kind}`}
          d={edge.path}
          fill="none"
          strokeWidth={1.5}
          stroke={looks[edge.kind].stroke}
          strokeDasharray={looks[edge.kind].dash}
          markerEnd={`url(#${id}${edge.kind})`}
        />
      ))}
    </svg>
  );
}

function Legend({ edges }: { edges: PlainEdge[] }) {
  const { t } = useTranslation();
  const kinds = (["error", "back"] as const).filter((kind) =>
    edges.some((edge) => edge.kind === kind),
  );
  if (kinds.length === 0) return null;
  return (
    <ul className="flex flex-wrap gap-x-5 gap-y-1 border-line border-t px-4 py-2 text-muted text-xs">
      {kinds.map((kind) => (
        <li key={kind} className="flex items-center gap-2">
          <svg width="24" height="6" aria-hidden="true" focusable="false">
            <path
              d="M0 3H24"
              stroke={looks[kind].stroke}
              strokeDasharray={looks[kind].dash}
              strokeWidth={1.5}
            />
          </svg>
          {t(`graph.edge.${kind}`)}
        </li>
      ))}
    </ul>
  );
}
