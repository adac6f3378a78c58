import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { validate } from "@/api/workflows";

const typingMs = 400;

/** What the server says about the text, once typing has paused; the last answer stays meanwhile. */
export function useValidation(text: string) {
  const [asked, setAsked] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), typingMs);
    return () => clearTimeout(timer);
  }, [text]);
  const { data, error, isFetching } = useQuery({
    queryKey: ["validate", asked],
    queryFn: () => validate(asked),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: false,
  });
  return {
    problems: data?.problems ?? [],
    isChecking: asked !== text || isFetching,
    error,
  };
}
