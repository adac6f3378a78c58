import { useQuery } from "@tanstack/react-query";
import { client, take } from "@/api/client";

/** The execution that is at work on this project, if someone else (or an earlier visit) began it. */
export function useLiveExecution(project: string, isWanted: boolean): string | undefined {
  const query = useQuery({
    queryKey: ["executions", "live", project],
    enabled: isWanted,
    queryFn: () =>
      take(
        client.GET("/api/v1/executions", {
          params: { query: { project, status: ["running"], limit: 1 } },
        }),
      ),
  });
  return isWanted ? query.data?.items[0]?.id : undefined;
}
