// Places the nodes of a graph in layers and bends its edges around them. Pure.
//
// Layers are the longest way from the start along needs and error branches; back edges of gates do
// not count. An edge over several layers gets a bend in each layer between, so that it passes nodes
// instead of crossing them. Nodes of a layer are ordered by the middle of their neighbours.

export interface PlainNode {
  id: string;
}

export interface PlainEdge {
  from: string;
  to: string;
  kind: "need" | "error" | "back";
}

export interface Size {
  width: number;
  height: number;
  gapAlong: number;
  gapAcross: number;
}

export interface Placed {
  id: string;
  rank: number;
  x: number;
  y: number;
}

export interface Routed extends PlainEdge {
  path: string;
}

export interface Layout {
  nodes: Placed[];
  edges: Routed[];
  width: number;
  height: number;
}

export type Direction = "across" | "down";

interface Cell {
  id: string;
  rank: number;
  /** Place across the layers, in units of one node. */
  slot: number;
  isBend: boolean;
}

const rounds = 10;

/** The layer of each node; nodes of a cycle that is not marked as one still get a layer. */
export function ranksOf(nodes: PlainNode[], edges: PlainEdge[]): Map<string, number> {
  const known = new Set(nodes.map((node) => node.id));
  const into = new Map<string, string[]>();
  for (const { from, to, kind } of edges) {
    if (kind === "back" || !known.has(from) || !known.has(to) || from === to) continue;
    into.set(to, [...(into.get(to) ?? []), from]);
  }
  const ranks = new Map<string, number>();
  const open = new Set<string>();
  const rankOf = (id: string): number => {
    const done = ranks.get(id);
    if (done !== undefined) return done;
    if (open.has(id)) return -1;
    open.add(id);
    const rank = Math.max(-1, ...(into.get(id) ?? []).map(rankOf)) + 1;
    open.delete(id);
    ranks.set(id, rank);
    return rank;
  };
  for (const node of nodes) rankOf(node.id);
  return ranks;
}

interface Links {
  before: Map<string, string[]>;
  after: Map<string, string[]>;
}

function link(links: Links, from: string, to: string) {
  links.after.set(from, [...(links.after.get(from) ?? []), to]);
  links.before.set(to, [...(links.before.get(to) ?? []), from]);
}

const middle = (values: number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Orders each layer by its neighbours, first forwards, then backwards, a few times. */
function order(layers: Cell[][], links: Links) {
  for (let round = 0; round < rounds; round += 1) {
    const isForwards = round % 2 === 0;
    const ways = isForwards ? links.before : links.after;
    const inTurn = isForwards ? layers : [...layers].reverse();
    const places = new Map(layers.flat().map((cell) => [cell.id, cell.slot]));
    for (const layer of inTurn) {
      const wish = new Map(
        layer.map((cell) => [
          cell.id,
          middle((ways.get(cell.id) ?? []).map((id) => places.get(id) ?? 0)) ?? cell.slot,
        ]),
      );
      layer.sort((a, b) => (wish.get(a.id) ?? 0) - (wish.get(b.id) ?? 0));
      layer.forEach((cell, at) => {
        cell.slot = at;
        places.set(cell.id, at);
      });
    }
  }
}

/** Moves each cell towards its neighbours as far as the others of its layer let it. */
function straighten(layers: Cell[][], links: Links) {
  const places = new Map(layers.flat().map((cell) => [cell.id, cell]));
  const slots = (ids: string[] | undefined) => (ids ?? []).map((id) => places.get(id)?.slot ?? 0);
  for (let round = 0; round < rounds; round += 1) {
    const inTurn = round % 2 === 0 ? layers : [...layers].reverse();
    for (const layer of inTurn) {
      const wishes = layer.map(
        (cell) =>
          middle([...slots(links.before.get(cell.id)), ...slots(links.after.get(cell.id))]) ??
          cell.slot,
      );
      // Keep the order and a distance of one: once from each side, then the mean of both.
      const up: number[] = [];
      for (const [at, wish] of wishes.entries())
        up.push(Math.max(wish, (up[at - 1] ?? -Infinity) + 1));
      const down: number[] = [];
      for (let at = wishes.length - 1; at >= 0; at -= 1) {
        down[at] = Math.min(wishes[at] ?? 0, (down[at + 1] ?? Infinity) - 1);
      }
      layer.forEach((cell, at) => {
        cell.slot = ((up[at] ?? 0) + (down[at] ?? 0)) / 2;
      });
    }
  }
  const least = Math.min(0, ...layers.flat().map((cell) => cell.slot));
  // Quarters: what is almost a straight line becomes one.
  for (const cell of layers.flat()) cell.slot = Math.round((cell.slot - least) * 4) / 4;
}

export function layOut(
  nodes: PlainNode[],
  edges: PlainEdge[],
  size: Size,
  direction: Direction = "across",
): Layout {
  if (nodes.length === 0) return { nodes: [], edges: [], width: 0, height: 0 };
  const ranks = ranksOf(nodes, edges);
  const layers: Cell[][] = [];
  const add = (id: string, rank: number, isBend: boolean) => {
    while (layers.length <= rank) layers.push([]);
    const layer = layers[rank] ?? [];
    layer.push({ id, rank, slot: layer.length, isBend });
  };
  for (const node of nodes) add(node.id, ranks.get(node.id) ?? 0, false);
  const links: Links = { before: new Map(), after: new Map() };
  const ways = new Map<PlainEdge, string[]>();
  const drawn = edges.filter((edge) => ranks.has(edge.from) && ranks.has(edge.to));
  for (const edge of drawn) {
    const from = ranks.get(edge.from) ?? 0;
    const to = ranks.get(edge.to) ?? 0;
    if (edge.kind === "back" || to <= from) continue;
    const way = [edge.from];
    for (let rank = from + 1; rank < to; rank += 1) {
      const bend = `${edge.from}>${edge.to}@${rank}`;
      add(bend, rank, true);
      way.push(bend);
    }
    way.push(edge.to);
    for (let at = 1; at < way.length; at += 1) link(links, way[at - 1] ?? "", way[at] ?? "");
    ways.set(edge, way);
  }
  order(layers, links);
  straighten(layers, links);

  const isAcross = direction === "across";
  const along = (isAcross ? size.width : size.height) + size.gapAlong;
  const across = (isAcross ? size.height : size.width) + size.gapAcross;
  const cells = new Map(layers.flat().map((cell) => [cell.id, cell]));
  const corner = (cell: Cell) =>
    isAcross
      ? { x: cell.rank * along, y: cell.slot * across }
      : { x: cell.slot * across, y: cell.rank * along };
  const placed = nodes.map((node) => {
    const cell = cells.get(node.id) as Cell;
    return { id: node.id, rank: cell.rank, ...corner(cell) };
  });
  const bottom = Math.max(...placed.map((node) => node.y)) + size.height;
  const end = Math.max(...[...cells.values()].map((cell) => corner(cell).x)) + size.width;
  let room = 0;
  const routed = drawn.map((edge) => {
    const way = ways.get(edge);
    if (way) {
      const stops = way.map((id) => cells.get(id) as Cell);
      return { ...edge, path: forwardPath(stops, corner, size, isAcross) };
    }
    room += 1;
    const from = corner(cells.get(edge.from) as Cell);
    const to = corner(cells.get(edge.to) as Cell);
    const path = isAcross
      ? backBelow(from, to, size, bottom + 14 * room)
      : backBeside(from, to, size, end + 14 * room);
    return { ...edge, path };
  });
  const margin = room === 0 ? 0 : 14 * room + 4;
  return {
    nodes: placed,
    edges: routed,
    width: isAcross ? end : end + margin,
    height: isAcross ? Math.max(bottom, lowest(cells, corner, size)) + margin : bottom,
  };
}

interface Point {
  x: number;
  y: number;
}

const lowest = (cells: Map<string, Cell>, corner: (cell: Cell) => Point, size: Size) =>
  Math.max(...[...cells.values()].map((cell) => corner(cell).y)) + size.height;

const round = (value: number) => Math.round(value * 10) / 10;

function forwardPath(
  stops: Cell[],
  corner: (cell: Cell) => Point,
  size: Size,
  isAcross: boolean,
): string {
  const entry = (cell: Cell): Point => {
    const { x, y } = corner(cell);
    return isAcross ? { x, y: y + size.height / 2 } : { x: x + size.width / 2, y };
  };
  const exit = (cell: Cell): Point => {
    const { x, y } = entry(cell);
    return isAcross ? { x: x + size.width, y } : { x, y: y + size.height };
  };
  const [first, ...rest] = stops;
  if (!first) return "";
  let at = exit(first);
  let path = `M${round(at.x)} ${round(at.y)}`;
  for (const stop of rest) {
    const to = entry(stop);
    const half = isAcross ? (to.x - at.x) / 2 : (to.y - at.y) / 2;
    path += isAcross
      ? `C${round(at.x + half)} ${round(at.y)} ${round(to.x - half)} ${round(to.y)} ${round(to.x)} ${round(to.y)}`
      : `C${round(at.x)} ${round(at.y + half)} ${round(to.x)} ${round(to.y - half)} ${round(to.x)} ${round(to.y)}`;
    at = to;
    if (stop.isBend) {
      at = exit(stop);
      path += `L${round(at.x)} ${round(at.y)}`;
    }
  }
  return path;
}

/** Out of the bottom of the gate, along under everything, into the bottom of where work goes back to. */
function backBelow(from: Point, to: Point, size: Size, level: number): string {
  const start = from.x + size.width / 2 + 8;
  const end = to.x + size.width / 2 - 8;
  return `M${round(start)} ${round(from.y + size.height)}V${round(level - 6)}q0 6 -6 6H${round(end + 6)}q-6 0 -6 -6V${round(to.y + size.height)}`;
}

function backBeside(from: Point, to: Point, size: Size, level: number): string {
  const start = from.y + size.height / 2 + 6;
  const end = to.y + size.height / 2 - 6;
  return `M${round(from.x + size.width)} ${round(start)}H${round(level - 6)}q6 0 6 -6V${round(end + 6)}q0 -6 -6 -6H${round(to.x + size.width)}`;
}
