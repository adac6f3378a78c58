// The people of one's organisation, by name.
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { client, take } from "./client";
import { everyPage } from "./everyPage";
import { sessionOptions } from "./identity";
import { keys } from "./keys";
import type { components } from "./schema";
import type { Filled } from "./types";

export type Person = Filled<components["schemas"]["Person"]>;

export const peopleOptions = queryOptions({
  queryKey: keys.people,
  queryFn: () =>
    everyPage((cursor) =>
      take(client.GET("/api/v1/people", { params: { query: { limit: 200, cursor } } })),
    ),
  staleTime: 5 * 60_000,
});

/** Who is meant by an id: their name, with “you” for oneself; the id of nobody known. */
export function usePersonName() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionOptions);
  const { data: people } = useQuery(peopleOptions);
  return (id: string): string => {
    if (id === session?.user.id) return t("usage.you", { name: session.user.name });
    return people?.find((each) => each.id === id)?.name ?? id;
  };
}
