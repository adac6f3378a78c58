import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { expect, test, vi } from "vitest";
import { schedulesOptions } from "@/api/triggers";
import { useScheduleOrders } from "./useScheduleOrders";

test("an order is busy until the list shows what became of it", async () => {
  const heard: string[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    if (request.method === "DELETE") return new Response(null, { status: 204 });
    // The list takes longer than the order.
    await new Promise((next) => setTimeout(next, 20));
    heard.push("list");
    return Response.json({ items: [], next: null });
  });
  const client = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>{children}</QueryClientProvider>
  );
  const { result } = renderHook(
    () => ({ list: useQuery(schedulesOptions), orders: useScheduleOrders("sch_1") }),
    { wrapper },
  );
  await waitFor(() => expect(result.current.list.data).toEqual([]));
  await result.current.orders.remove.mutateAsync();
  heard.push("done");
  expect(heard).toEqual(["list", "list", "done"]);
});
