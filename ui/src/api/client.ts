// The typed client. `take` turns its answers into a value or a thrown Problem.
import createClient from "openapi-fetch";
import { Problem, problemFrom } from "@/lib/problem";
import type { paths } from "./schema";
import type { Filled } from "./types";

export const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? "",
  credentials: "same-origin",
  fetch: (request) => globalThis.fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

export async function take<T>(pending: Promise<Answer<T>>): Promise<Filled<T>> {
  let answer: Answer<T>;
  try {
    answer = await pending;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "offline", error instanceof Error ? error.message : String(error));
  }
  if (!answer.response.ok) {
    throw problemFrom(
      answer.response.status,
      answer.error,
      answer.response.headers.get("x-request-id"),
    );
  }
  return answer.data as Filled<T>;
}

/** A header that lets the server recognise a create that was sent twice. */
export function idempotent(): { "Idempotency-Key": string } {
  // Not crypto.randomUUID: it is missing on plain-http addresses other than localhost.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return { "Idempotency-Key": Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("") };
}
