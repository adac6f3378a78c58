// Schedules that change while somebody looks at them, on the test double.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import { renderApp } from "@/mocks/renderApp";

test("a schedule that is edited stays off when somebody switched it off meanwhile", async () => {
  const { mock } = renderApp("/triggers/schedules");
  const menu = await screen.findByRole("button", { name: "Actions for “Nightly release”" });
  fireEvent.keyDown(menu, { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "Edit" }));
  const form = await screen.findByRole("dialog");
  const [nightly] = mock.db.schedules;
  if (!nightly) throw new Error("there is a nightly release");
  nightly.enabled = false;
  fireEvent.change(within(form).getByLabelText("Time"), { target: { value: "23:15" } });
  fireEvent.click(within(form).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(nightly).toMatchObject({ cron: "15 23 * * 0-4", enabled: false });
});

test("the list of schedules is read again: they run without anyone", async () => {
  const timers = vi.spyOn(globalThis, "setInterval");
  const { mock } = renderApp("/triggers/schedules");
  await screen.findByRole("switch", { name: /Nightly release/ });
  const [nightly] = mock.db.schedules;
  if (!nightly) throw new Error("there is a nightly release");
  const { created_at: at } = nightly;
  nightly.last_run = { at, execution_id: null, status: "failed", error: "the disk was full" };
  act(() => {
    for (const [again, ms] of timers.mock.calls) {
      if (ms === 30_000) (again as unknown as () => void)();
    }
  });
  expect(await screen.findByText("the disk was full")).toBeTruthy();
});
