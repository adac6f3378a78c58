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

async function send(method: string, path: string, wish: Wish): Promise<Response> {
  const isText = typeof wish.body === "string";
  let response: Response;
  try {
    response = await globalThis.fetch(
      new Request(new URL(`/api/v1${path}${queryText(wish.query)}`, location.origin), {
        method,
        credentials: "same-origin",
        headers: {
          ...(wish.body === undefined
            ? {}
            : { "content-type": isText ? "application/yaml" : "application/json" }),
          ...wish.headers,
        },
        body:
          wish.body === undefined
            ? undefined
            : isText
              ? (wish.body as string)
              : JSON.stringify(wish.body),
      }),
    );
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "offline", error instanceof Error ? error.message : String(error));
  }
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw problemFrom(response.status, body, response.headers.get("x-request-id"));
}

export async function ask<T>(method: string, path: string, wish: Wish = {}): Promise<T> {
  const response = await send(method, path, wish);
  const text = await response.text();
  return (text === "" ? null : JSON.parse(text)) as T;
}

/** A file as the server words it. */
export const askText = async (path: string, query: Query = {}): Promise<string> =>
  (await send("GET", path, { query })).text();

/** A page of a list, whichever of the two names its cursor has. */
export async function askPage<T>(path: string, query: Query = {}): Promise<PageOf<T>> {
  const page = await ask<{ items: T[]; next?: string | null; next_cursor?: string | null }>(
    "GET",
    path,
    { query },
  );
  return { items: page.items, next: page.next ?? page.next_cursor ?? null };
}
