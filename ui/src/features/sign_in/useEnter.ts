import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { keys } from "@/api/keys";
import type { Session } from "@/api/types";
import { adopt } from "@/lib/adopt";

/** Takes a fresh session into use and goes where the person wanted to be. */
export function useEnter() {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { next } = useSearch({ from: "/sign-in" });
  return async (session: Session) => {
    queryClient.clear();
    queryClient.setQueryData(keys.session, session);
    await adopt(session);
    // Only paths of our own: "//elsewhere" would leave the site.
    const isOurs = next?.startsWith("/") && !/^\/[/\\]/.test(next);
    await navigate({ to: isOurs ? next : "/projects", replace: true });
  };
}
