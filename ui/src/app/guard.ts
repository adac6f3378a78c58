// Who may see which page. The server decides about everything else.
import type { QueryClient } from "@tanstack/react-query";
import { redirect } from "@tanstack/react-router";
import { sessionOptions, setupOptions } from "@/api/identity";
import type { Session } from "@/api/types";
import { adopt } from "@/lib/adopt";
import { hasFragmentToken } from "@/lib/fragmentToken";
import { Problem } from "@/lib/problem";
import { mayBeSignedIn, rememberSignedIn } from "@/lib/signedIn";

async function currentSession(queryClient: QueryClient): Promise<Session | null> {
  if (!mayBeSignedIn()) return null;
  try {
    const session = await queryClient.ensureQueryData(sessionOptions);
    await adopt(session);
    return session;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) {
      rememberSignedIn(null);
      return null;
    }
    throw error;
  }
}

export async function requireSession(queryClient: QueryClient, href: string) {
  if (await currentSession(queryClient)) return;
  const { required } = await queryClient.ensureQueryData(setupOptions);
  if (required) throw redirect({ to: "/setup", replace: true });
  const next = href === "/" || href === "/projects" ? undefined : href;
  throw redirect({ to: "/sign-in", search: { next }, replace: true });
}

/** Someone who is signed in has no use for these pages, unless they bring a fresh link. */
export async function sendGuestOnly(queryClient: QueryClient, page: "setup" | "sign-in") {
  if (hasFragmentToken() && page === "sign-in") return;
  const { required } = await queryClient.ensureQueryData(setupOptions);
  if (required) {
    if (page === "setup") return;
    throw redirect({ to: "/setup", replace: true });
  }
  if (await currentSession(queryClient)) throw redirect({ to: "/projects", replace: true });
  if (page === "setup") throw redirect({ to: "/sign-in", replace: true });
}
