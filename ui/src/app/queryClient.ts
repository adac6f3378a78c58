import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { keys } from "@/api/keys";
import { asProblem, Problem } from "@/lib/problem";

/** The cache of server state. `onSignedOut` runs when the server no longer knows us. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const watch = (error: unknown) => {
    if (error instanceof Problem && error.status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== keys.session[0]) watch(error);
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _context, mutation) => {
        if (mutation.meta?.isPublic !== true) watch(error);
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        // What a browser says of the net is not about a server on this machine or next to it.
        networkMode: "always",
        refetchOnReconnect: true,
        // Asking again helps against a broken line or server, not against "no".
        retry: (count, error) => {
          const { status } = asProblem(error);
          return count < 2 && (status === 0 || status >= 502);
        },
        retryDelay: (count) => 400 * 2 ** count,
      },
      // An order that waited for the net would be carried out after its giver has given it up.
      mutations: { networkMode: "always" },
    },
  });
}
