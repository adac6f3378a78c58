import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { isFinal } from "@/lib/status";
import { executionEvents, executionOptions } from "./executions";
import { keys } from "./keys";
import { addDelta, type LiveText } from "./liveText";
import { createReader } from "./reader";
import { useEvents } from "./useEvents";

const refreshMs = 350;
const lastFacts = new Set([
  "execution_completed",
  "execution_failed",
  "execution_cancelled",
  "execution_rolled_back",
]);

/**
 * An execution that stays fresh: journal events that it does not tell of yet ask for a new read of it
 * (at most one each 350 ms), streamed text is kept beside it. The server's projection stays the only
 * truth about states.
 */
export function useExecution(id: string) {
  const queryClient = useQueryClient();
  const query = useQuery(executionOptions(id));
  const [text, setText] = useState<LiveText>({});
  const [hasEnded, setEnded] = useState(false);
  const isOver = query.data !== undefined && isFinal(query.data.status);

  const reader = useMemo(
    () =>
      createReader(
        () => queryClient.invalidateQueries({ queryKey: keys.execution(id) }),
        refreshMs,
      ),
    [queryClient, id],
  );
  useEffect(() => () => reader.stop(), [reader]);

  const isLive = query.data !== undefined && !isOver && !hasEnded;
  const after = query.data?.last_seq?.toString() ?? null;
  const stream = useEvents(isLive ? executionEvents(id) : null, after, (message) => {
    if (message.event === "delta") {
      setText((before) => addDelta(before, message.data));
      return;
    }
    if (message.event === "model_called") {
      setText((before) => addDelta(before, message.data, true));
    }
    reader.tell();
    // The stream ends with its last fact; without this it would be taken for a broken line.
    if (lastFacts.has(message.event)) setEnded(true);
  });

  // What is only live and was said before the stream began comes with a reading; and one that the
  // server does not give leaves the page without news: a reading tells why.
  const answered = isLive && (stream === "open" || stream === "closed") ? stream : null;
  useEffect(() => {
    if (answered !== null) reader.tell();
  }, [answered, reader]);

  return { query, text, stream };
}
