// Test double: an append-only log of events, served as server-sent events with replay by id.
interface Entry {
  id: string | null;
  event: string;
  data: string;
}

const heartbeatMs = 15_000;

export class Hub {
  private readonly log: Entry[] = [];
  private readonly listeners = new Set<(entry: Entry) => void>();
  private seq = 0;

  get cursor() {
    return String(this.seq);
  }

  get next() {
    return this.seq + 1;
  }

  emit(event: string, body: unknown) {
    this.seq += 1;
    const entry = { id: String(this.seq), event, data: JSON.stringify(body) };
    this.log.push(entry);
    for (const listener of this.listeners) listener(entry);
  }

  /** Like the server's live-only events: no id, never replayed. */
  emitLive(event: string, body: unknown) {
    const entry = { id: null, event, data: JSON.stringify(body) };
    for (const listener of this.listeners) listener(entry);
  }

  stream(request: Request): Response {
    const after = Number(
      request.headers.get("last-event-id") ?? new URL(request.url).searchParams.get("after") ?? 0,
    );
    const encoder = new TextEncoder();
    let stop = () => {};
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const write = (text: string) => controller.enqueue(encoder.encode(text));
        const send = (entry: Entry) =>
          write(
            `${entry.id === null ? "" : `id: ${entry.id}\n`}event: ${entry.event}\ndata: ${entry.data}\n\n`,
          );
        write(": hello\n\n");
        for (const entry of this.log) if (Number(entry.id) > after) send(entry);
        this.listeners.add(send);
        const beat = setInterval(() => write(": heartbeat\n\n"), heartbeatMs);
        stop = () => {
          clearInterval(beat);
          this.listeners.delete(send);
        };
        request.signal.addEventListener("abort", () => {
          stop();
          try {
            controller.close();
          } catch {
            // The reader was faster.
          }
        });
      },
      cancel: () => stop(),
    });
    return new Response(body, {
      headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    });
  }
}
