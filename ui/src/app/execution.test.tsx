// What the page of an execution tells, on the test double.
import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { journalHub } from "@/mocks/db";
import { renderApp } from "@/mocks/renderApp";

test("an execution is followed from where its reading ends", async () => {
  const { mock } = renderApp("/executions/exe_01krelease");
  const hub = journalHub(mock.db, "exe_01krelease");
  hub.emit("execution_created", {});
  hub.emit("execution_started", {});
  const after: (string | null)[] = [];
  const handle = mock.handle;
  mock.handle = (request) => {
    if (request.url.endsWith("/exe_01krelease/events")) {
      after.push(request.headers.get("last-event-id"));
      const read = mock.db.executions.find((each) => each.id === "exe_01krelease");
      if (read) read.title = "Said in between";
    }
    return handle(request);
  };
  expect(await screen.findByRole("heading", { name: "Said in between" })).toBeTruthy();
  expect(after).toEqual(["2"]);
});

const values = async (label: string) => within(await screen.findByRole("group", { name: label }));

test("an execution shows what it was given and what it gave", async () => {
  const { mock } = renderApp("/executions/exe_01kreldone?view=data");
  const done = mock.db.executions.find((each) => each.id === "exe_01kreldone");
  if (!done) throw new Error("there is no execution");
  done.outputs = { released: "1.2.8", services: 3 };
  const given = await values("Inputs");
  expect(given.getByText("First release with reminders.")).toBeTruthy();
  const gave = await values("Outputs");
  expect(gave.getByText("1.2.8")).toBeTruthy();
  expect(gave.getByText("3")).toBeTruthy();
});

test("a step shows each attempt with its error, what it was given and what it gave", async () => {
  renderApp("/executions/exe_01krelease?step=tests&instance=1");
  const detail = within(await screen.findByRole("region", { name: "Step details" }));
  const attempt = (number: number) =>
    within(detail.getByText(`Attempt ${number}`).parentElement as HTMLElement);
  expect(attempt(1).getByText("the tests of reminders took longer than 30 s")).toBeTruthy();
  expect(attempt(1).getByText("timeout")).toBeTruthy();
  expect(attempt(2).queryByText("timeout")).toBeNull();
  expect(within(detail.getByRole("group", { name: "Output" })).getByText("121")).toBeTruthy();
  const inputs = detail.getByText("What the step was given").closest("details");
  if (!inputs) throw new Error("it does not open");
  inputs.open = true;
  fireEvent(inputs, new Event("toggle"));
  expect((await values("Inputs")).getByText("1.4.0")).toBeTruthy();
});

test("a failed execution says why, and opens with the step that failed", async () => {
  renderApp("/executions/exe_01krelfail");
  const why = (await screen.findByText(/^step "deploy" failed/)).closest("[role=alert]");
  expect(why?.textContent).toContain("step_failed · at step deploy");
  const detail = within(screen.getByRole("region", { name: "Step details" }));
  const message = "the health check of booking did not answer within 60 s";
  expect(detail.getByText(message)).toBeTruthy();
});
