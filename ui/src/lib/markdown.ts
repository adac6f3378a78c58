// Markdown to a tree, for showing what agents and definitions say. Pure. There is no way through it
// for HTML, scripts, images or addresses of other kinds: what is not understood stays text.
export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis" | "deleted"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] }
  | { kind: "break" };

export type Block =
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "code"; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

const deepest = 12;

export function parseMarkdown(text: string, depth = 0): Block[] {
  const lines = text.replace(/\r\n?/g, "\n").replaceAll("\t", "    ").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const line = () => lines[at] ?? "";
  while (at < lines.length) {
    if (line().trim() === "") {
      at += 1;
      continue;
    }
    const fence = /^ {0,3}(`{3,}|~{3,})/.exec(line());
    if (fence) {
      const end = fence[1] ?? "```";
      const body: string[] = [];
      at += 1;
      while (at < lines.length && !line().trim().startsWith(end)) {
        body.push(line());
        at += 1;
      }
      at += 1;
      blocks.push({ kind: "code", text: body.join("\n") });
      continue;
    }
    const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line());
    if (heading) {
      blocks.push({
        kind: "heading",
        level: (heading[1] ?? "#").length,
        children: parseInline(heading[2] ?? ""),
      });
      at += 1;
      continue;
    }
    if (/^ {0,3}([-*_])(\s*\1){2,}\s*$/.test(line())) {
      blocks.push({ kind: "rule" });
      at += 1;
      continue;
    }
    if (/^ {0,3}>/.test(line()) && depth < deepest) {
      const body: string[] = [];
      while (at < lines.length && /^ {0,3}>/.test(line())) {
        body.push(line().replace(/^ {0,3}> ?/, ""));
        at += 1;
      }
      blocks.push({ kind: "quote", children: parseMarkdown(body.join("\n"), depth + 1) });
      continue;
    }
    if (marker.test(line()) && depth < deepest) {
      const list = takeList(lines, at, depth);
      blocks.push(list.block);
      at = list.next;
      continue;
    }
    if (
      line().includes("|") &&
      /^[\s|:-]+$/.test(lines[at + 1] ?? "") &&
      /-/.test(lines[at + 1] ?? "")
    ) {
      const head = cells(line());
      const rows: Inline[][][] = [];
      at += 2;
      while (at < lines.length && line().includes("|")) {
        const row = cells(line());
        rows.push(head.map((_, column) => row[column] ?? []));
        at += 1;
      }
      blocks.push({ kind: "table", head, rows });
      continue;
    }
    const body: string[] = [];
    do {
      body.push(line());
      at += 1;
    } while (at < lines.length && line().trim() !== "" && !beginsBlock(line()));
    blocks.push({ kind: "paragraph", children: parseInline(body.join("\n").trim()) });
  }
  return blocks;
}

const marker = /^( {0,3})([-*+]|\d{1,9}[.)])(\s+|$)/;
const beginsBlock = (line: string) =>
  /^ {0,3}(#{1,6}\s|>|`{3,}|~{3,})/.test(line) || marker.test(line);

const cells = (line: string) =>
  line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => parseInline(cell.trim()));

function takeList(lines: string[], from: number, depth: number): { block: Block; next: number } {
  const first = marker.exec(lines[from] ?? "");
  const ordered = /\d/.test(first?.[2] ?? "");
  const items: string[][] = [];
  let indent = 2;
  let at = from;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const found = marker.exec(line);
    const isDeeper = items.length > 0 && line.search(/\S/) >= indent;
    if (found && !isDeeper && /\d/.test(found[2] ?? "") === ordered) {
      indent = (found[0] ?? "").length || 2;
      items.push([line.slice(indent)]);
    } else if (line.trim() === "") {
      const next = lines[at + 1] ?? "";
      if (!next.startsWith("  ") && !marker.test(next)) break;
      items.at(-1)?.push("");
    } else if (/^ {2,}/.test(line)) {
      items.at(-1)?.push(line.replace(new RegExp(`^ {1,${indent}}`), ""));
    } else if (!beginsBlock(line)) items.at(-1)?.push(line);
    else break;
    at += 1;
  }
  return {
    block: {
      kind: "list",
      ordered,
      start: ordered ? Number.parseInt(first?.[2] ?? "1", 10) : 1,
      items: items.map((body) => parseMarkdown(body.join("\n"), depth + 1)),
    },
    next: at,
  };
}

const tokens =
  /(`+)([\s\S]*?[^`])\1(?!`)|!?\[([^\]]*)\]\(\s*<?([^\s)>]*)>?(?:\s+"[^"]*")?\s*\)|(\*\*|__)(?=\S)([\s\S]*?\S)\5|(~~)(?=\S)([\s\S]*?\S)\7|(?<![\w*])\*(?=[^\s*])([\s\S]*?[^\s*])\*(?![\w*])|(?<!\w)_(?=\S)([\s\S]*?\S)_(?!\w)|<?(https?:\/\/[^\s<>()]+[^\s<>().,;:!?'"])>?|( {2,}|\\)\n|\\([!-/:-@[-`{-~])/;

export function parseInline(text: string, depth = 0): Inline[] {
  const found: Inline[] = [];
  let rest = text;
  while (rest !== "") {
    const hit = depth < deepest ? tokens.exec(rest) : null;
    if (!hit) break;
    if (hit.index > 0) found.push({ kind: "text", text: rest.slice(0, hit.index) });
    found.push(meaning(hit, depth));
    rest = rest.slice(hit.index + hit[0].length);
  }
  if (rest !== "") found.push({ kind: "text", text: rest });
  return found;
}

function meaning(hit: RegExpExecArray, depth: number): Inline {
  const inside = (text: string | undefined) => parseInline(text ?? "", depth + 1);
  const [
    whole,
    ticks,
    code,
    label,
    target,
    ,
    strong,
    ,
    deleted,
    star,
    low,
    address,
    line,
    escaped,
  ] = hit;
  if (ticks) return { kind: "code", text: (code ?? "").trim() };
  if (label !== undefined) {
    const href = safeHref(target ?? "");
    // An image is named and may be opened, never loaded: loading tells someone that it was read.
    if (href) return { kind: "link", href, children: inside(label || href) };
    return { kind: "text", text: label || (whole ?? "") };
  }
  if (strong) return { kind: "strong", children: inside(strong) };
  if (deleted) return { kind: "deleted", children: inside(deleted) };
  if (star ?? low) return { kind: "emphasis", children: inside(star ?? low) };
  if (address) {
    return { kind: "link", href: address, children: [{ kind: "text", text: address }] };
  }
  if (line) return { kind: "break" };
  return { kind: "text", text: escaped ?? whole ?? "" };
}

/** Web and mail addresses, and pages of this server; nothing that could run. */
export function safeHref(href: string): string | null {
  if (/^\/(?![/\\])/.test(href) || href.startsWith("#")) return href;
  return /^(https?:\/\/|mailto:)[^\s]+$/i.test(href) ? href : null;
}
