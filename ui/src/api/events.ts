// One live stream over fetch: reads server-sent events, resumes where it stopped, reconnects with
// backoff, and treats 45 s without a byte (three missed heartbeats) as a dead line.
import { createEventParser, type EventMessage } from "./eventParser";

export type StreamState = "connecting" | "open" | "reconnecting" | "closed";

export interface StreamOptions {
  /** Where to start: the position that the first page was read at. */
  after?: string | null;
  onMessage(message: EventMessage): void;
  onState?(state: StreamState): void;
  signal: AbortSignal;
  fetch?: typeof fetch;
  silenceMs?: number;
  random?: () => number;
}

const firstWaitMs = 500;
const longestWaitMs = 15_000;
export const silenceMs = 45_000;

/** Half fixed, half random, so that a restarted server is not met by everyone at once. */
export function waitBefore(retry: number, random: () => number): number {
  const full = Math.min(longestWaitMs, firstWaitMs * 2 ** retry);
  return full / 2 + (full / 2) * random();
}

/** Runs until the signal aborts or the server says that there is nothing to hear (4xx, 204). */
export async function listen(path: string, options: StreamOptions): Promise<void> {
  const { signal, onState, random = Math.random } = options;
  let lastId = options.after ?? null;
  let failures = 0;
  onState?.("connecting");
  while (!signal.aborted) {
    let retryMs: number | null = null;
    try {
      const end = await connect(path, options, lastId, (id) => {
        failures = 0;
        lastId = id ?? lastId;
      });
      if (end.isRefused) break;
      retryMs = end.retryMs;
    } catch {
      // Network failures and silence are the normal life of a stream: say so and try again.
    }
    if (signal.aborted) break;
    onState?.("reconnecting");
    await pause(retryMs ?? waitBefore(failures, random), signal);
    failures += 1;
  }
  onState?.("closed");
}

interface End {
  isRefused: boolean;
  retryMs: number | null;
}

async function connect(
  path: string,
  options: StreamOptions,
  lastId: string | null,
  onProgress: (id: string | null) => void,
): Promise<End> {
  const line = new AbortController();
  const stop = () => line.abort();
  options.signal.addEventListener("abort", stop, { once: true });
  let watchdog: ReturnType<typeof setTimeout> | undefined;
  const alive = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(stop, options.silenceMs ?? silenceMs);
  };
  try {
    alive();
    const headers: Record<string, string> = { Accept: "text/event-stream" };
    if (lastId !== null) headers["Last-Event-ID"] = lastId;
    const response = await (options.fetch ?? globalThis.fetch)(path, {
      headers,
      credentials: "same-origin",
      cache: "no-store",
      signal: line.signal,
    });
    if (response.status === 204 || isFinalRefusal(response.status)) {
      return { isRefused: true, retryMs: null };
    }
    if (!response.ok || !response.body) throw new Error(`event stream answered ${response.status}`);
    options.onState?.("open");
    const parser = createEventParser();
    const reader = response.body.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return { isRefused: false, retryMs: parser.retryMs };
      alive();
      for (const message of parser.feed(decoder.decode(value, { stream: true }))) {
        if (options.signal.aborted) break;
        onProgress(message.id);
        options.onMessage(message);
      }
    }
  } finally {
    clearTimeout(watchdog);
    options.signal.removeEventListener("abort", stop);
    line.abort();
  }
}

/** Client errors do not heal by asking again, except "too early", "timeout" and "slow down". */
function isFinalRefusal(status: number): boolean {
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      globalThis.removeEventListener?.("online", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    globalThis.addEventListener?.("online", done, { once: true });
  });
}
