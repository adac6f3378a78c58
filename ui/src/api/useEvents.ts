import { useEffect, useRef, useState } from "react";
import type { EventMessage } from "./eventParser";
import { listen, type StreamState } from "./events";

const graceMs = 1_500;

/** Listens while mounted; a null path listens to nothing. */
export function useEvents(
  path: string | null,
  after: string | null,
  onMessage: (message: EventMessage) => void,
): StreamState {
  const [state, setState] = useState<StreamState>("connecting");
  const handler = useRef(onMessage);
  handler.current = onMessage;
  // The position of the first read counts; later reads of the page must not restart the stream.
  const start = useRef({ path, after });
  if (start.current.path !== path || start.current.after === null) start.current = { path, after };

  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    void listen(path, {
      after: start.current.after,
      signal: stop.signal,
      onMessage: (message) => handler.current(message),
      onState: (next) => {
        clearTimeout(timer);
        if (stop.signal.aborted) return;
        // A line that is back at once was never worth a word.
        if (next === "reconnecting") timer = setTimeout(() => setState(next), graceMs);
        else setState(next);
      },
    });
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [path]);

  return path === null ? "closed" : state;
}
