import { useQuery } from "@tanstack/react-query";
import { sessionOptions } from "./identity";
import type { components } from "./schema";

type Permission = components["schemas"]["Permission"];

/** Whether to offer something. The server decides anew about every request. */
export function useCan(permission: Permission): boolean {
  const { data: session } = useQuery(sessionOptions);
  return session?.permissions.some((each) => each === permission) ?? false;
}
