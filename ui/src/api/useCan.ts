import { useQuery } from "@tanstack/react-query";
import { sessionOptions } from "./identity";

type Permission = "manage_projects" | "edit_stories" | "execute_workflow" | "manage_api_keys";

/** Whether to offer something. The server decides anew about every request. */
export function useCan(permission: Permission): boolean {
  const { data: session } = useQuery(sessionOptions);
  return session?.permissions.some((each) => each === permission) ?? false;
}
