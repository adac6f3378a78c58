import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { EventMessage } from "./eventParser";
import { listen, type StreamState, waitBefore } from "./events";

/** A pretend server: each connection gets the next script; its controller lets a test write. */
function pretend() {
  const asked: Headers[] = [];
  const lines: ReadableStreamDefaultController<Uint8Array>[] = [];
  let status = 200;
  const fetch = async (_path: unknown, init?: RequestInit) => {
    asked.push(new Headers(init?.headers));
    if (status !== 200) return new Response(null, { status });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        lines.push(controller);
        init?.signal?.addEventListener("abort", () => {
          try {
            controller.error(new DOMException("gone", "AbortError"));
          } catch {
            // Already closed by the test.
          }
        });
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return {
    asked,
    fetch: fetch as typeof globalThis.fetch,
    write: (text: string) => lines.at(-1)?.enqueue(new TextEncoder().encode(text)),
    hangUp: () => lines.at(-1)?.close(),
    answerWith: (next: number) => {
      status = next;
    },
  };
}

function open(server: ReturnType<typeof pretend>, after: string | null = null) {
  const messages: EventMessage[] = [];
  const states: StreamState[] = [];
  const stop = new AbortController();
  const over = listen("/events", {
    after,
    fetch: server.fetch,
    random: () => 0,
    signal: stop.signal,
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
  });
  return { messages, states, stop, over };
}

const settle = () => vi.advanceTimersByTimeAsync(0);

describe("event stream", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("starts at the position the page was read at", async () => {
    const server = pretend();
    const { stop } = open(server, "12");
    await settle();
    expect(server.asked[0]?.get("last-event-id")).toBe("12");
    stop.abort();
  });

  test("resumes after the last event it has seen", async () => {
    const server = pretend();
    const { messages, states, stop } = open(server);
    await settle();
    server.write("id: 3\nevent: a\ndata: x\n\n");
    await settle();
    server.hangUp();
    await vi.advanceTimersByTimeAsync(300);
    expect(server.asked.map((headers) => headers.get("last-event-id"))).toEqual([null, "3"]);
    expect(messages).toHaveLength(1);
    expect(states).toEqual(["connecting", "open", "reconnecting", "open"]);
    stop.abort();
  });

  test("45 s without a byte is a dead line, a heartbeat is not", async () => {
    const server = pretend();
    const { stop } = open(server);
    await settle();
    await vi.advanceTimersByTimeAsync(40_000);
    server.write(": heartbeat\n\n");
    await vi.advanceTimersByTimeAsync(40_000);
    expect(server.asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(server.asked).toHaveLength(2);
    stop.abort();
  });

  test("a refusal ends it, a broken server does not", async () => {
    const server = pretend();
    server.answerWith(503);
    const { states, over } = open(server);
    await vi.advanceTimersByTimeAsync(300);
    expect(server.asked.length).toBeGreaterThan(1);
    server.answerWith(404);
    await vi.advanceTimersByTimeAsync(20_000);
    await over;
    expect(states.at(-1)).toBe("closed");
  });

  test("abort ends it and nothing is asked again", async () => {
    const server = pretend();
    const { states, stop, over } = open(server);
    await settle();
    stop.abort();
    await over;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.asked).toHaveLength(1);
    expect(states.at(-1)).toBe("closed");
  });

  test("waits longer after each failure, up to 15 s", () => {
    expect([0, 1, 2, 3, 9].map((retry) => waitBefore(retry, () => 1))).toEqual([
      500, 1_000, 2_000, 4_000, 15_000,
    ]);
    expect(waitBefore(0, () => 0)).toBe(250);
  });
});
