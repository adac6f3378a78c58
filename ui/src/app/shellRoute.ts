// The roots of all pages: the document, and the frame of every signed-in page.
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, Outlet } from "@tanstack/react-router";
import { requireSession } from "./guard";
import { NotFound } from "./NotFound";
import { Shell } from "./Shell";

interface Context {
  queryClient: QueryClient;
}

export const root = createRootRouteWithContext<Context>()({
  component: Outlet,
  notFoundComponent: NotFound,
});

export const shell = createRoute({
  getParentRoute: () => root,
  id: "shell",
  beforeLoad: ({ context, location }) => requireSession(context.queryClient, location.href),
  component: Shell,
});
