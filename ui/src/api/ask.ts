// Requests to addresses that the generated document does not name yet; answers are worded as types.
import { Problem, problemFrom } from "@/lib/problem";
import type { PageOf } from "./workflow-engine";

type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

interface Wish {
  query?: Query;
  body?: unknown;
  headers?: Record<string, string>;
}

/** `/a/{id}` with its parts filled in and escaped. */
export function place(pattern: string, parts: Record<string, string | number> = {}): string {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(parts[name] ?? "")));
}

export function queryText(query: Query = {}): string {
  const wanted = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null || value === "") continue;
    if (Array.isArray(value)) for (const each of value) wanted.append(name, each);
    else wanted.append(name, String(value));
  }
  const text = wanted.toString();
  return text === "" ? "" : `?${text}`;
}

const keyHeader = "Idempotency-Key";
/** For so long somebody who sends the same again means the same. */
const patienceMs = 10 * 60_000;

/** Creates whose answer never came, by what they said: they may have been done all the same. */
const unanswered = new Map<string, { key: string; at: number }>();

/** The key of the one that was lost, so that sending it again does not do it twice. */
function keyFor(what: string, fresh: string): string {
  for (const [each, { at }] of unanswered) {
    if (Date.now() - at > patienceMs) unanswered.delete(each);
  }
  return unanswered.get(what)?.key ?? fresh;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The text of the answer. */
async function send(method: string, path: string, wish: Wish): Promise<string> {
  const isText = typeof wish.body === "string";
  const address = `/api/v1${path}${queryText(wish.query)}`;
  const body =
    wish.body === undefined ? undefined : isText ? String(wish.body) : JSON.stringify(wish.body);
  const headers: Record<string, string> = { ...wish.headers };
  if (body !== undefined) {
    headers["content-type"] = isText ? "application/yaml" : "application/json";
  }
  const what = `${method} ${address} ${body ?? ""}`;
  const fresh = headers[keyHeader];
  const key = fresh === undefined ? undefined : keyFor(what, fresh);
  if (key !== undefined) headers[keyHeader] = key;
  const remember = () => {
    if (key !== undefined) unanswered.set(what, { key, at: Date.now() });
  };
  let response: Response;
  let text: string;
  try {
    response = await globalThis.fetch(
      new Request(new URL(address, location.origin), {
        method,
        credentials: "same-origin",
        headers,
        body,
      }),
    );
    // An answer that breaks off is none.
    text = await response.text();
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    remember();
    throw new Problem(0, "offline", error instanceof Error ? error.message : String(error));
  }
  // What stands in between may have given up on a server that did not.
  if (response.status >= 500) remember();
  else unanswered.delete(what);
  if (response.ok) return text;
  throw problemFrom(response.status, readJson(text), response.headers.get("x-request-id"));
}

export async function ask<T>(method: string, path: string, wish: Wish = {}): Promise<T> {
  const text = await send(method, path, wish);
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** A file as the server words it. */
export const askText = (path: string, query: Query = {}): Promise<string> =>
  send("GET", path, { query });

/** A page of a list, whichever of the two names its cursor has. */
export async function askPage<T>(path: string, query: Query = {}): Promise<PageOf<T>> {
  const page = await ask<{ items: T[]; next?: string | null; next_cursor?: string | null }>(
    "GET",
    path,
    { query },
  );
  return { items: page.items, next: page.next ?? page.next_cursor ?? null };
}
