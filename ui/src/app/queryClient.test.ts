import { onlineManager } from "@tanstack/react-query";
import { afterEach, expect, test, vi } from "vitest";
import { createQueryClient } from "./queryClient";

afterEach(() => onlineManager.setOnline(true));

test("nothing waits for a net: a server on this machine needs none", async () => {
  const client = createQueryClient(() => {});
  onlineManager.setOnline(false);
  const read = vi.fn(() => Promise.resolve("read"));
  const order = vi.fn(() => Promise.resolve("done"));
  void client.fetchQuery({ queryKey: ["read"], queryFn: read });
  void client.getMutationCache().build(client, { mutationFn: order }).execute(undefined);
  await vi.waitFor(() => {
    expect(read).toHaveBeenCalledTimes(1);
    expect(order).toHaveBeenCalledTimes(1);
  });
});
