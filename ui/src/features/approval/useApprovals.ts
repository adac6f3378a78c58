import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { approvalsOptions } from "@/api/approvals";
import { rereadAfter } from "@/lib/reread";
import { places, type Show } from "./places";

/** How often open questions are read again: others answer them, too. */
export const rereadMs = 15_000;

/** What one place of the inbox shows. A page may hold nothing of it although another one follows, so
 * pages are read until there is something to show or the server says that it was the last. */
export function useApprovals(show: Show) {
  const query = useInfiniteQuery({
    ...approvalsOptions(places[show]),
    refetchInterval: ({ state }) =>
      show === "decided" ? false : rereadAfter(rereadMs, state.data?.pages.length ?? 0),
  });
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const shown = show === "decided" ? items.filter((each) => each.status !== "pending") : items;
  const isSeeking = query.data !== undefined && shown.length === 0 && query.hasNextPage;
  // The number of pages, because an answer may come before anyone has seen that it was fetched.
  const pagesInVain = isSeeking ? query.data.pages.length : 0;
  const { fetchNextPage, isFetching, isFetchNextPageError } = query;
  useEffect(() => {
    if (pagesInVain > 0 && !isFetching && !isFetchNextPageError) void fetchNextPage();
  }, [pagesInVain, isFetching, isFetchNextPageError, fetchNextPage]);
  return { query, shown, isSeeking };
}
