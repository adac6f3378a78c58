// Test double: the whole app in a test's document, talking to a pretend server.
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { vi } from "vitest";
import { Providers } from "@/app/Providers";
import { createQueryClient } from "@/app/queryClient";
import { makeRouter } from "@/app/router";
import { takeFragmentToken } from "@/lib/fragmentToken";
import { rememberSignedIn } from "@/lib/signedIn";
import { createMock, type Mock } from "./backend";
import type { Scenario } from "./db";

export function renderApp(path: string, scenario: Scenario = "full") {
  const mock = createMock(scenario);
  mock.reset(scenario, 5);
  vi.stubGlobal("fetch", (input: RequestInfo | URL, init?: RequestInit) => {
    const request =
      input instanceof Request ? input : new Request(new URL(String(input), location.origin), init);
    return mock.handle(request);
  });
  history.replaceState(null, "", path);
  rememberSignedIn(mock.db.isSignedIn ? "somebody" : null);
  takeFragmentToken();
  const queryClient = createQueryClient(() => {});
  const view = render(
    <QueryClientProvider client={queryClient}>
      <Providers>
        <RouterProvider router={makeRouter(queryClient)} />
      </Providers>
    </QueryClientProvider>,
  );
  return { ...view, mock };
}

/** The bodies that go to addresses with this end, as they are sent. */
export function sentTo(mock: Mock, end: string): unknown[] {
  const bodies: unknown[] = [];
  const handle = mock.handle;
  mock.handle = async (request) => {
    if (new URL(request.url).pathname.endsWith(end)) bodies.push(await request.clone().json());
    return handle(request);
  };
  return bodies;
}
