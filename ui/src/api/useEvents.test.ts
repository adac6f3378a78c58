import { renderHook, waitFor } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { useEvents } from "./useEvents";

test("each stream begins at its own first position, whatever is read later", async () => {
  const asked: [string, string | null][] = [];
  vi.stubGlobal("fetch", async (path: string, init?: RequestInit) => {
    asked.push([path, new Headers(init?.headers).get("last-event-id")]);
    return new Response(null, { status: 204 });
  });
  const { rerender } = renderHook(({ path, after }) => useEvents(path, after, () => {}), {
    initialProps: { path: "/one", after: "7" },
  });
  rerender({ path: "/one", after: "9" });
  rerender({ path: "/two", after: "3" });
  await waitFor(() => expect(asked).toHaveLength(2));
  expect(asked).toEqual([
    ["/one", "7"],
    ["/two", "3"],
  ]);
});
