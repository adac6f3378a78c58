// Server-sent events as text → messages, following the WHATWG grammar. Pure: chunks may be cut
// anywhere, even between CR and LF.
export interface EventMessage {
  id: string | null;
  event: string;
  data: string;
}

export interface EventParser {
  feed(chunk: string): EventMessage[];
  /** The wait the server asked for, if it sent `retry:`. */
  readonly retryMs: number | null;
}

export function createEventParser(): EventParser {
  let rest = "";
  let isStart = true;
  let lastId: string | null = null;
  let event = "";
  let data: string[] = [];
  let retryMs: number | null = null;

  function field(line: string) {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const raw = colon < 0 ? "" : line.slice(colon + 1);
    const value = raw.startsWith(" ") ? raw.slice(1) : raw;
    if (name === "event") event = value;
    else if (name === "data") data.push(value);
    else if (name === "id" && !value.includes("\0")) lastId = value;
    else if (name === "retry" && /^\d+$/.test(value)) retryMs = Number(value);
  }

  function dispatch(): EventMessage | null {
    const message =
      data.length > 0 ? { id: lastId, event: event || "message", data: data.join("\n") } : null;
    event = "";
    data = [];
    return message;
  }

  return {
    get retryMs() {
      return retryMs;
    },
    feed(chunk) {
      if (chunk === "") return [];
      rest += chunk;
      if (isStart) {
        rest = rest.replace(/^\uFEFF/, "");
        isStart = false;
      }
      const messages: EventMessage[] = [];
      for (;;) {
        const end = rest.search(/[\r\n]/);
        if (end < 0) break;
        const isCr = rest[end] === "\r";
        // A CR at the very end may be the first half of CRLF: wait for the next chunk.
        if (isCr && end === rest.length - 1) break;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (isCr && rest[end + 1] === "\n" ? 2 : 1));
        if (line !== "") field(line);
        else {
          const message = dispatch();
          if (message) messages.push(message);
        }
      }
      return messages;
    },
  };
}
