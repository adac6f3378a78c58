// Where in a YAML text the cursor is: the keys that lead there, and what is being typed. Pure, and
// content with text that is not valid yet, as text that is being typed never is.
export interface YamlPlace {
  /** Keys from the root; "[]" for an element of a list. */
  path: string[];
  /** What has been typed of the key or the value. */
  typed: string;
  /** Whether a value is being typed, after "key: ". */
  isValue: boolean;
  /** Keys that the same mapping has already. */
  siblings: string[];
}

interface Row {
  indent: number;
  key: string | null;
  isItem: boolean;
  /** The indent of the key after a dash. */
  inner: number;
}

const shape =
  /^(\s*)((?:-\s+)*)(?:(?:"([^"]*)"|'([^']*)'|([^\s#"'[\]{},:&*!|>-][^:#]*?))\s*:(?=\s|$))?/;

function read(line: string): Row | null {
  if (/^\s*(#|$)/.test(line)) return null;
  const bare = /^(\s*)-\s*$/.exec(line);
  if (bare) {
    const indent = (bare[1] ?? "").length;
    return { indent, key: null, isItem: true, inner: indent + 2 };
  }
  const found = shape.exec(line);
  const indent = (found?.[1] ?? "").length;
  const dash = found?.[2] ?? "";
  const key = found?.[3] ?? found?.[4] ?? found?.[5] ?? null;
  return { indent, key, isItem: dash !== "", inner: indent + dash.length };
}

export function placeAt(text: string, offset: number): YamlPlace {
  const before = text.slice(0, offset).split("\n");
  const current = before.pop() ?? "";
  const after = text.slice(offset).split("\n").slice(1);
  const own = /^(\s*)((?:-\s*)*)/.exec(current);
  const inner = (own?.[1] ?? "").length + (own?.[2] ?? "").length;
  const isItem = (own?.[2] ?? "") !== "";
  const rest = current.slice(inner);
  const colon = /^("[^"]*"|'[^']*'|[^:]*):\s+(.*)$/.exec(rest);
  const isValue = colon !== null;
  const path: string[] = [];
  if (colon) path.unshift((colon[1] ?? "").replace(/^["']|["']$/g, "").trim());
  let limit = inner;
  if (isItem) {
    path.unshift("[]");
    limit = (own?.[1] ?? "").length;
    climb(before, limit, true, path);
  } else climb(before, limit, false, path);
  return {
    path,
    typed: isValue ? (colon?.[2] ?? "") : rest.trim(),
    isValue,
    siblings: siblings(before, after, inner, isItem),
  };
}

/** Goes up to ever smaller indents and collects what they are. */
function climb(before: string[], from: number, isListItem: boolean, path: string[]) {
  let limit = from;
  let mayEqual = isListItem;
  for (let at = before.length - 1; at >= 0; at -= 1) {
    const row = read(before[at] ?? "");
    if (!row) continue;
    if (row.isItem && row.inner <= limit && row.indent < limit) {
      // Inside an element of a list whose dash stands here.
      if (row.inner < limit && row.key !== null) path.unshift(row.key);
      path.unshift("[]");
      limit = row.indent;
      mayEqual = true;
    } else if (
      !row.isItem &&
      row.key !== null &&
      (row.indent < limit || (mayEqual && row.indent === limit))
    ) {
      path.unshift(row.key);
      limit = row.indent;
      mayEqual = false;
    }
    if (limit === 0 && !mayEqual) return;
  }
}

function siblings(before: string[], after: string[], inner: number, isItem: boolean): string[] {
  const keys: string[] = [];
  if (!isItem) {
    for (let at = before.length - 1; at >= 0; at -= 1) {
      const row = read(before[at] ?? "");
      if (!row) continue;
      if (row.inner < inner && !(row.isItem && row.inner === inner)) break;
      if (row.inner === inner && row.key !== null) keys.push(row.key);
      if (row.isItem && row.inner === inner) break;
    }
  }
  for (const line of after) {
    const row = read(line);
    if (!row) continue;
    if (row.inner < inner || (row.isItem && row.inner <= inner)) break;
    if (row.inner === inner && row.key !== null) keys.push(row.key);
  }
  return keys;
}

/** Ids of the steps that stand in the text. */
export function stepIds(text: string): string[] {
  return [...text.matchAll(/^\s*(?:-\s+)?(?:id|key):\s*["']?([A-Za-z][\w-]*)/gm)].map(
    (found) => found[1] ?? "",
  );
}
