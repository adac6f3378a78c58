// The workflow engine's pages as a person meets them, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { problem } from "@/mocks/answer";
import { journalHub } from "@/mocks/db";
import { renderApp, sentTo } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

/** The menus of the primitives open on keys, which need no pointer. */
const openMenu = async (name: string) =>
  fireEvent.keyDown(await screen.findByRole("button", { name }), { key: "Enter" });

async function menuItems() {
  await openMenu("More actions");
  return (await screen.findAllByRole("menuitem")).map((each) => each.textContent);
}

const titles = () =>
  [...document.querySelectorAll("main li a[href^='/executions/']")].map((each) => each.textContent);

describe("the list of executions", () => {
  test("shows more on demand, and reads more pages again less often", async () => {
    renderApp("/executions");
    await waitFor(() => expect(titles()).toHaveLength(5));
    const timers = vi.spyOn(globalThis, "setInterval");
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    await waitFor(() => expect(titles()).toHaveLength(7));
    await waitFor(() => expect(timers.mock.calls.map(([, ms]) => ms)).toContain(8_000));
  });

  test("several states are shown together, and the address says so", async () => {
    renderApp("/executions");
    fireEvent.click(await screen.findByRole("button", { name: "Failed" }));
    fireEvent.click(screen.getByRole("button", { name: "Cancelled" }));
    await waitFor(() =>
      expect(titles()).toEqual([
        "Release 1.3.0 of the clinic",
        "Orders for the bakery",
        "Rehearsal of the library idea",
      ]),
    );
    expect(decodeURIComponent(location.search)).toContain('["failed","cancelled"]');
  });

  test("hears of new ones when all that it shows have ended", async () => {
    const timers = vi.spyOn(globalThis, "setInterval");
    const { mock } = renderApp(`/executions?status=${encodeURIComponent('["failed"]')}`);
    await waitFor(() => expect(titles()).toContain("Release 1.3.0 of the clinic"));
    const failed = mock.db.executions.find((each) => each.status === "failed");
    if (!failed) throw new Error("one has failed to begin with");
    mock.db.executions.unshift({ ...failed, id: "exe_01knew", title: "Failed just now" });
    const reread = timers.mock.calls.find(([, ms]) => ms === 15_000)?.[0];
    (reread as unknown as () => void)();
    await waitFor(() => expect(titles()).toContain("Failed just now"));
  });

  test("filters narrow it down, and an empty answer offers all again", async () => {
    renderApp("/executions?trigger=schedule");
    await waitFor(() => expect(titles()).toEqual(["Release 1.4.0 of the clinic"]));
    type(screen.getByLabelText("Search in titles"), "nothing like it");
    expect(await screen.findByText("No execution matches these filters.")).toBeTruthy();
    fireEvent.click(screen.getByRole("link", { name: "Show all" }));
    await waitFor(() => expect(titles()).toHaveLength(5));
  });
});

describe("an execution", () => {
  test("that waits for people can be answered where one sees it", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    const question = await screen.findByRole("article", { name: /Release 1.4.0/ });
    type(within(question).getByLabelText("Window"), "now");
    fireEvent.click(within(question).getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(screen.queryByRole("article")).toBeNull());
    expect(mock.db.approvals[0]?.decisions.at(-1)).toMatchObject({
      approve: true,
      form: { window: "now" },
    });
  });

  test("says what a retry keeps and does again, and leads to the new one", async () => {
    const { mock } = renderApp("/executions/exe_01krelfail");
    fireEvent.click(await screen.findByRole("button", { name: "Retry" }));
    const question = await screen.findByRole("dialog");
    const again = within(question).getByText("2 steps are done again").parentElement;
    expect(within(again as HTMLElement).getByText("Deploy to production")).toBeTruthy();
    fireEvent.click(within(question).getByRole("button", { name: "Retry" }));
    expect(await screen.findByText("Retry of")).toBeTruthy();
    expect(mock.db.executions[0]?.origin).toEqual({
      execution_id: "exe_01krelfail",
      mode: "retry",
    });
  });

  test("is forked with changed inputs", async () => {
    const { mock } = renderApp("/executions/exe_01krelfail");
    await openMenu("More actions");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Fork with changes…" }));
    type(await screen.findByLabelText("Version"), "1.3.1");
    fireEvent.click(screen.getByRole("button", { name: "Start the fork" }));
    expect(await screen.findByText("Fork of")).toBeTruthy();
    expect(mock.db.executions[0]?.inputs).toMatchObject({ version: "1.3.1", dry_run: false });
  });

  test("is forked without what only a later revision asks for", async () => {
    const { mock } = renderApp("/executions/exe_01krelfail");
    const workflow = mock.db.workflows.find((each) => each.slug === "release_process");
    if (!workflow) throw new Error("there is no workflow");
    const urgent = { type: "boolean", description: "", required: false };
    workflow.inputs = { ...workflow.inputs, urgent };
    workflow.revision = (workflow.revision ?? 0) + 1;
    const sent = sentTo(mock, "/exe_01krelfail/fork");
    await openMenu("More actions");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Fork with changes…" }));
    fireEvent.click(await screen.findByRole("button", { name: "Start the fork" }));
    expect(await screen.findByText("Fork of")).toBeTruthy();
    expect((sent[0] as { inputs: object }).inputs).not.toHaveProperty("urgent");
  });

  test("is rolled back only after saying what is undone", async () => {
    const { mock } = renderApp("/executions/exe_01krelfail");
    const sent = sentTo(mock, "/exe_01krelfail/rollback");
    await openMenu("More actions");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Roll back…" }));
    const question = await screen.findByRole("dialog");
    const listed = (title: string) =>
      within(within(question).getByText(title).parentElement as HTMLElement)
        .getAllByRole("listitem")
        .map((each) => each.textContent);
    expect(listed("1 step is undone")).toEqual(["Write the release notes"]);
    expect(listed("6 steps have nothing that undoes them")).toContain("Go or no go");
    expect(sent).toEqual([]);
    fireEvent.click(within(question).getByRole("button", { name: "Roll back" }));
    expect(await screen.findByText("Rollback of")).toBeTruthy();
    expect(sent).toEqual([{}]);
    expect(mock.db.executions[0]).toMatchObject({
      status: "rolled_back",
      origin: { execution_id: "exe_01krelfail", mode: "rollback" },
    });
  });

  test("that another one has undone is not continued", async () => {
    renderApp("/executions/exe_01kreldone");
    expect(await screen.findByText("Rolled back by")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "More actions" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Retry" })).toBeNull();
  });

  test("that is being undone is neither cancelled nor paused", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    await screen.findByRole("button", { name: "Cancel execution" });
    const [execution] = mock.db.executions;
    if (execution) execution.status = "rolling_back";
    journalHub(mock.db, "exe_01krelease").emit("rollback_started", {});
    await waitFor(() =>
      expect(screen.queryByRole("button", { name: "Cancel execution" })).toBeNull(),
    );
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
    expect(await menuItems()).toEqual(["Send a signal…"]);
  });

  test("that has not ended is not forked", async () => {
    renderApp("/executions/exe_01krelease");
    expect(await menuItems()).toEqual(["Send a signal…"]);
  });

  test("pauses, and goes on", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    fireEvent.click(await screen.findByRole("button", { name: "Pause" }));
    expect(await screen.findByText("Paused")).toBeTruthy();
    expect(mock.db.executions[0]?.status).toBe("paused");
    expect(screen.queryByRole("button", { name: "Pause" })).toBeNull();
    fireEvent.click(await screen.findByRole("button", { name: "Resume" }));
    await waitFor(() => expect(mock.db.executions[0]?.status).toBe("running"));
    expect(await screen.findByRole("button", { name: "Pause" })).toBeTruthy();
  });

  test("is taken up from the step that one chooses, and says what that does again", async () => {
    const { mock } = renderApp("/executions/exe_01krelfail");
    const sent = sentTo(mock, "/exe_01krelfail/resume-from");
    await openMenu("More actions");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Resume from a step…" }));
    const question = await screen.findByRole("dialog");
    const from = within(question).getByLabelText("From") as HTMLSelectElement;
    // The one that failed is the likeliest.
    expect(from.value).toBe("deploy");
    expect(within(question).getByText("2 steps are done again")).toBeTruthy();
    type(from, "soak");
    expect(within(question).getByText("4 steps are done again")).toBeTruthy();
    fireEvent.click(within(question).getByRole("button", { name: "Resume from here" }));
    expect(await screen.findByText("Resumed from a step of")).toBeTruthy();
    expect(sent).toEqual([{ step: "soak" }]);
  });

  test("is cancelled with a reason", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    const sent = sentTo(mock, "/cancel");
    fireEvent.click(await screen.findByRole("button", { name: "Cancel execution" }));
    const question = await screen.findByRole("dialog");
    type(within(question).getByLabelText("Reason (optional)"), "wrong version");
    fireEvent.click(within(question).getByRole("button", { name: "Cancel execution" }));
    await waitFor(() => expect(mock.db.executions[0]?.status).toBe("cancelled"));
    expect(sent).toEqual([{ reason: "wrong version" }]);
  });

  test("is read again when there is no stream of its events to be had", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    const handle = mock.handle;
    mock.handle = (request) => {
      if (!request.url.endsWith("/exe_01krelease/events")) return handle(request);
      const [execution] = mock.db.executions;
      if (execution) execution.status = "paused";
      return Promise.resolve(new Response(null, { status: 204 }));
    };
    expect(await screen.findByText("Paused")).toBeTruthy();
  });

  test("keeps the reason that was typed when it could not be cancelled", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    fireEvent.click(await screen.findByRole("button", { name: "Cancel execution" }));
    const question = await screen.findByRole("dialog");
    const reason = within(question).getByLabelText("Reason (optional)") as HTMLTextAreaElement;
    type(reason, "wrong version");
    const handle = mock.handle;
    mock.handle = (request) =>
      request.url.endsWith("/cancel")
        ? Promise.resolve(problem(500, "internal", "the disk is full"))
        : handle(request);
    fireEvent.click(within(question).getByRole("button", { name: "Cancel execution" }));
    expect(await screen.findByText("the disk is full")).toBeTruthy();
    expect(reason.isConnected && reason.value).toBe("wrong version");
  });

  test("refuses a signal that is not JSON before it is sent", async () => {
    renderApp("/executions/exe_01krelease");
    await openMenu("More actions");
    fireEvent.click(await screen.findByRole("menuitem", { name: "Send a signal…" }));
    type(await screen.findByLabelText("Name of the event"), "paid");
    type(screen.getByLabelText("Payload (optional)"), "{");
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("This is not valid JSON.")).toBeTruthy();
    type(screen.getByLabelText("Payload (optional)"), '{"amount": 12}');
    fireEvent.click(screen.getByRole("button", { name: "Send" }));
    expect(await screen.findByText("The signal was sent")).toBeTruthy();
  });

  test("shows its graph as a list too, with what goes back and what follows an error", async () => {
    renderApp("/executions/exe_01krelease?view=graph");
    fireEvent.click(await screen.findByRole("button", { name: "As a list" }));
    expect(await screen.findByText("Sends work back to: Review the changes")).toBeTruthy();
    expect(screen.getByText("When this fails: Deploy to production")).toBeTruthy();
  });

  test("shows in its graph what happens, as it happens", async () => {
    const { mock } = renderApp("/executions/exe_01krelease?view=graph");
    const node = async (name: RegExp) => {
      const graph = await screen.findByRole("region", { name: "Graph" });
      return within(graph).findByRole("button", { name });
    };
    expect(await node(/^Waiting for approval.*Go or no go/)).toBeTruthy();
    expect(await node(/^Not started.*Deploy to production/)).toBeTruthy();
    const steps = mock.db.executions[0]?.steps ?? [];
    for (const step of steps) {
      if (step.id === "go") step.status = "completed";
      if (step.id === "deploy") step.status = "running";
    }
    journalHub(mock.db, "exe_01krelease").emit("attempt_started", { step: "deploy" });
    expect(await node(/^Running.*Deploy to production/)).toBeTruthy();
    expect(await node(/^Completed.*Go or no go/)).toBeTruthy();
    const deploy = steps.find((step) => step.id === "deploy");
    if (deploy) deploy.status = "failed";
    journalHub(mock.db, "exe_01krelease").emit("step_failed", { step: "deploy" });
    expect(await node(/^Failed.*Deploy to production/)).toBeTruthy();
  });

  test("zooms by keyboard", async () => {
    renderApp("/executions/exe_01krelease?view=graph");
    const pane = await screen.findByRole("group", { name: /Graph: zoom/ });
    fireEvent.keyDown(pane, { key: "+" });
    expect(screen.getByText("125%")).toBeTruthy();
    fireEvent.keyDown(pane, { key: "-" });
    fireEvent.keyDown(pane, { key: "-" });
    expect(screen.getByText("80%")).toBeTruthy();
    fireEvent.keyDown(pane, { key: "0" });
    expect(screen.getByText("100%")).toBeTruthy();
  });
});
