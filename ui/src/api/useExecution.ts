import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { executionEvents, executionOptions, isFinal } from "./executions";
import { keys } from "./keys";
import { addDelta, type LiveText } from "./liveText";
import { useEvents } from "./useEvents";

const refreshMs = 350;

/**
 * An execution that stays fresh: journal events ask for a new read of it (at most one each 350 ms),
 * streamed text is kept beside it. The server's projection stays the only truth about states.
 */
export function useExecution(id: string) {
  const queryClient = useQueryClient();
  const query = useQuery(executionOptions(id));
  const [text, setText] = useState<LiveText>({});
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const isOver = query.data !== undefined && isFinal(query.data.status);

  const refresh = useCallback(() => {
    if (timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      void queryClient.invalidateQueries({ queryKey: keys.execution(id) });
    }, refreshMs);
  }, [queryClient, id]);

  useEffect(() => () => clearTimeout(timer.current), []);

  const isLive = query.data !== undefined && !isOver;
  const stream = useEvents(isLive ? executionEvents(id) : null, null, (message) => {
    if (message.event === "delta") {
      setText((before) => addDelta(before, message.data));
      return;
    }
    if (message.event === "model_called") {
      setText((before) => addDelta(before, message.data, true));
    }
    refresh();
  });

  return { query, text, stream };
}
