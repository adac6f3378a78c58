import { expect, test, vi } from "vitest";
import { createEventTrigger, createSchedule, runSchedule } from "./triggers";

test("what starts workflows is made once, however often it is sent", async () => {
  const sent: (string | null)[] = [];
  vi.stubGlobal("fetch", (request: Request) => {
    sent.push(request.headers.get("Idempotency-Key"));
    return Promise.reject(new TypeError("failed"));
  });
  const creates = [
    () => createSchedule({ workflow: "release_process", cron: "0 9 * * *" }),
    () => createEventTrigger({ workflow: "release_process", event: "work_item.moved" }),
    () => runSchedule("sch_1"),
  ];
  for (const create of creates) {
    await expect(create()).rejects.toMatchObject({ status: 0 });
    await expect(create()).rejects.toMatchObject({ status: 0 });
  }
  expect(sent).not.toContain(null);
  expect(sent[1]).toBe(sent[0]);
  expect(sent[2]).not.toBe(sent[0]);
  expect(sent[3]).toBe(sent[2]);
  expect(sent[4]).not.toBe(sent[2]);
  expect(sent[5]).toBe(sent[4]);
});
