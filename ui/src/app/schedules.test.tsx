// Schedules that change while somebody looks at them, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test } from "vitest";
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
