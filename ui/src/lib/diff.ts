// What changed between two texts, line by line. Pure; the algorithm of Myers, with the common start
// and end cut off first.
export interface Line {
  kind: "same" | "added" | "removed";
  text: string;
  /** Numbers in the old and in the new text, from 1. */
  before: number | null;
  after: number | null;
}

export interface Pair {
  before: Line | null;
  after: Line | null;
}

/** Above this many different lines nobody reads a diff, and it would take long: all of it changed. */
const longest = 6_000;
/** Texts that lie more steps apart have little in common: what is kept to find it grows with the
 * square of the steps, to 9 MB for these. */
const furthest = 1_500;

const linesOf = (text: string) => {
  const lines = text.replace(/\r\n/g, "\n").split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
};

export function diffLines(before: string, after: string): Line[] {
  const a = linesOf(before);
  const b = linesOf(after);
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end += 1;
  }
  const steps = shortest(a.slice(start, a.length - end), b.slice(start, b.length - end));
  const lines: Line[] = [];
  let old = 0;
  let fresh = 0;
  const put = (kind: Line["kind"]) => {
    const text = (kind === "added" ? b[fresh] : a[old]) ?? "";
    if (kind !== "added") old += 1;
    if (kind !== "removed") fresh += 1;
    lines.push({
      kind,
      text,
      before: kind === "added" ? null : old,
      after: kind === "removed" ? null : fresh,
    });
  };
  for (let at = 0; at < start; at += 1) put("same");
  for (const step of steps) put(step);
  for (let at = 0; at < end; at += 1) put("same");
  return lines;
}

/** The shortest way from `a` to `b`: removed lines before added ones. */
function shortest(a: string[], b: string[]): Line["kind"][] {
  const most = Math.min(a.length + b.length, furthest);
  if (a.length + b.length <= longest) {
    const middle = most + 1;
    const front = new Int32Array(2 * most + 3);
    // Before each step, of every diagonal it can come from, how far it was reached.
    const seen: Int32Array[] = [];
    for (let depth = 0; depth <= most; depth += 1) {
      seen.push(front.slice(middle - depth, middle + depth + 1));
      for (let k = -depth; k <= depth; k += 2) {
        const fromAbove = (front[middle + k + 1] ?? 0) as number;
        const fromLeft = (front[middle + k - 1] ?? 0) as number;
        let x = k === -depth || (k !== depth && fromLeft < fromAbove) ? fromAbove : fromLeft + 1;
        while (x < a.length && x - k < b.length && a[x] === b[x - k]) x += 1;
        front[middle + k] = x;
        if (x >= a.length && x - k >= b.length) return wayBack(a, b, seen, depth);
      }
    }
  }
  return [...a.map(() => "removed" as const), ...b.map(() => "added" as const)];
}

function wayBack(a: string[], b: string[], seen: Int32Array[], found: number): Line["kind"][] {
  const steps: Line["kind"][] = [];
  let x = a.length;
  let y = b.length;
  for (let depth = found; depth > 0; depth -= 1) {
    const front = seen[depth] ?? new Int32Array(0);
    const k = x - y;
    const above = front[depth + k + 1] ?? 0;
    const left = front[depth + k - 1] ?? 0;
    const isDown = k === -depth || (k !== depth && left < above);
    const fromX = isDown ? above : left;
    const fromY = fromX - (isDown ? k + 1 : k - 1);
    // Back along the lines that are the same, to where this step had led.
    const ledX = isDown ? fromX : fromX + 1;
    while (x > ledX) {
      steps.push("same");
      x -= 1;
      y -= 1;
    }
    steps.push(isDown ? "added" : "removed");
    x = fromX;
    y = fromY;
  }
  while (x > 0 && y > 0) {
    steps.push("same");
    x -= 1;
    y -= 1;
  }
  return steps.reverse();
}

/** Beside each other: a run of removed lines stands beside the run of added ones after it. */
export function sideBySide(lines: Line[]): Pair[] {
  const pairs: Pair[] = [];
  let removed: Line[] = [];
  let added: Line[] = [];
  const flush = () => {
    for (let at = 0; at < Math.max(removed.length, added.length); at += 1) {
      pairs.push({ before: removed[at] ?? null, after: added[at] ?? null });
    }
    removed = [];
    added = [];
  };
  for (const line of lines) {
    if (line.kind === "removed") {
      if (added.length > 0) flush();
      removed.push(line);
    } else if (line.kind === "added") added.push(line);
    else {
      flush();
      pairs.push({ before: line, after: line });
    }
  }
  flush();
  return pairs;
}

export interface Fold<T> {
  hidden: number;
  lines: T[];
}

/** Parts worth reading: what changed with `around` lines about it; the rest is counted. */
export function fold<T>(lines: T[], isChanged: (line: T) => boolean, around = 3): Fold<T>[] {
  const keep = new Set<number>();
  lines.forEach((line, at) => {
    if (!isChanged(line)) return;
    for (let near = at - around; near <= at + around; near += 1) keep.add(near);
  });
  const parts: Fold<T>[] = [];
  let hidden = 0;
  let open: Fold<T> | null = null;
  lines.forEach((line, at) => {
    if (!keep.has(at)) {
      hidden += 1;
      open = null;
      return;
    }
    if (!open) {
      open = { hidden, lines: [] };
      parts.push(open);
      hidden = 0;
    }
    open.lines.push(line);
  });
  if (hidden > 0 && parts.length > 0) parts.push({ hidden, lines: [] });
  return parts;
}
