// Workflows and what starts them, on the test double.
import {
  closeCompletion,
  completionStatus,
  currentCompletions,
  startCompletion,
} from "@codemirror/autocomplete";
import { EditorView } from "@codemirror/view";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { problem } from "@/mocks/answer";
import { renderApp, sentTo } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

describe("workflows", () => {
  test("are found by what they are about; archived ones only when asked for", async () => {
    renderApp("/workflows");
    type(await screen.findByLabelText("Search workflows"), "production release");
    expect(await screen.findByRole("link", { name: "Release process" })).toBeTruthy();
    expect(screen.queryByRole("link", { name: "Idea to backlog" })).toBeNull();
    type(screen.getByLabelText("Search workflows"), "");
    expect(screen.queryByText("Weekly report of 2025")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Show archived" }));
    expect(await screen.findByText("Weekly report of 2025")).toBeTruthy();
  });

  test("start with typed inputs", async () => {
    const { mock } = renderApp("/workflows/release_process?start=true");
    const form = await screen.findByRole("dialog");
    fireEvent.click(within(form).getByRole("button", { name: "Start" }));
    expect(await within(form).findByText("This is needed.")).toBeTruthy();
    type(within(form).getByLabelText("Version"), "2.0.0");
    type(within(form).getByLabelText("Services (optional)"), "[1, 2");
    fireEvent.click(within(form).getByRole("button", { name: "Start" }));
    expect(await within(form).findByText("This is not valid JSON.")).toBeTruthy();
    type(within(form).getByLabelText("Services (optional)"), '["booking"]');
    fireEvent.click(within(form).getByRole("switch", { name: /Dry run/ }));
    fireEvent.click(within(form).getByRole("button", { name: "Start" }));
    await waitFor(() => expect(location.pathname).toMatch(/^\/executions\/exe_/));
    expect(mock.db.executions[0]?.inputs).toEqual({
      version: "2.0.0",
      services: ["booking"],
      environment: "production",
      dry_run: true,
    });
  });

  test.each([
    ["", undefined],
    ["critical", "critical"],
  ])(
    "start as urgently as they say themselves, unless somebody chooses (%o)",
    async (chosen, told) => {
      const { mock } = renderApp("/workflows/release_process?start=true");
      const sent = sentTo(mock, "/execute");
      const form = await screen.findByRole("dialog");
      const priority = within(form).getByLabelText("Priority");
      expect(within(priority).getAllByRole("option")[0]?.textContent).toBe("As the workflow says");
      if (chosen) type(priority, chosen);
      type(within(form).getByLabelText("Version"), "2.0.0");
      fireEvent.click(within(form).getByRole("button", { name: "Start" }));
      await waitFor(() => expect(location.pathname).toMatch(/^\/executions\/exe_/));
      expect(sent).toMatchObject([{ inputs: { version: "2.0.0" } }]);
      expect((sent[0] as { priority?: string }).priority).toBe(told);
    },
  );

  test("are written with the names of what there is", async () => {
    renderApp("/workflows/new");
    const content = await screen.findByRole("textbox", { name: "Definition" });
    const editor = EditorView.findFromDOM(content);
    if (!editor) throw new Error("there is no editor");
    const offered = async (line: string) => {
      const { length } = editor.state.doc;
      const insert = `${editor.state.doc.toString().endsWith("\n") ? "" : "\n"}    ${line}`;
      editor.dispatch({ changes: { from: length, insert } });
      editor.dispatch({ selection: { anchor: editor.state.doc.length } });
      startCompletion(editor);
      await waitFor(() => expect(completionStatus(editor.state)).toBe("active"));
      const labels = currentCompletions(editor.state).map((each) => each.label);
      closeCompletion(editor);
      return labels;
    };
    // They come from the server, as everything does.
    await waitFor(async () => expect(await offered("command: fix")).toEqual(["fix_bug"]));
    expect(await offered("agent: rel")).toEqual(["release-manager"]);
    expect(await offered("workflow: idea")).toEqual(["idea_to_backlog"]);
    expect(await offered("model: local/qw")).toEqual(["local/qwen2.5-coder-0.5b"]);
    expect(await offered("model: fa")).toEqual(["fast"]);
  });

  test("revisions are compared in meaning and line by line", async () => {
    renderApp("/workflows/release_process?view=revisions&from=1&to=2");
    expect(await screen.findByText("steps.go.approval.rule")).toBeTruthy();
    const added = [...document.querySelectorAll("ins")].map((each) => each.textContent?.trim());
    expect(added).toContain("rule: {quorum: 2}");
    fireEvent.click(screen.getByRole("button", { name: "Unified" }));
    expect(screen.getByRole("button", { name: "Unified" }).getAttribute("aria-pressed")).toBe(
      "true",
    );
  });

  test("are imported, and what is wrong is said", async () => {
    const { mock } = renderApp("/workflows");
    fireEvent.click(await screen.findByRole("button", { name: "Import" }));
    const form = await screen.findByRole("dialog");
    type(within(form).getByLabelText("Definition"), "steps: []");
    fireEvent.click(within(form).getByRole("button", { name: "Import" }));
    expect(await within(form).findByText(/has no "name"/)).toBeTruthy();
    type(within(form).getByLabelText("Definition"), "name: Night watch\nsteps: []");
    fireEvent.click(within(form).getByRole("button", { name: "Import" }));
    expect(await screen.findByRole("heading", { name: "Night watch" })).toBeTruthy();
    expect(mock.db.workflows[0]?.slug).toBe("night_watch");
  });

  test("a template becomes a workflow of one's own", async () => {
    renderApp("/templates");
    fireEvent.click(await screen.findByRole("button", { name: /Hotfix/ }));
    const form = await screen.findByRole("dialog");
    type(within(form).getByLabelText("Name"), "Our hotfix");
    fireEvent.click(within(form).getByRole("button", { name: "Create workflow" }));
    expect(await screen.findByRole("heading", { name: "Our hotfix" })).toBeTruthy();
  });

  test("a template is not offered to people who may only look", async () => {
    renderApp("/templates?template=hotfix", "viewer");
    expect(await screen.findByRole("heading", { name: "Hotfix" })).toBeTruthy();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("people who may only look are not offered to change or start", async () => {
    renderApp("/workflows/release_process", "viewer");
    expect(await screen.findByRole("heading", { name: "Release process" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Start" })).toBeNull();
  });
});

describe("schedules", () => {
  test("are said in words and made from words", async () => {
    const { mock } = renderApp("/triggers/schedules");
    expect(await screen.findByText(/Sun, Mon, Tue, Wed, & Thu at 10:30/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "New schedule" }));
    const form = await screen.findByRole("dialog");
    type(within(form).getByLabelText("Workflow"), "bug_lifecycle");
    fireEvent.click(within(form).getByRole("radio", { name: "Weekly" }));
    for (const day of ["Tuesday", "Thursday", "Friday"]) {
      fireEvent.click(within(form).getByRole("button", { name: day }));
    }
    type(within(form).getByLabelText("Time"), "18:15");
    type(within(form).getByLabelText("Time zone"), "Africa/Cairo");
    await waitFor(() => expect(within(form).getAllByRole("listitem")).toHaveLength(5));
    fireEvent.click(within(form).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(mock.db.schedules[0]).toMatchObject({
      workflow: "bug_lifecycle",
      cron: "15 18 * * 1,3",
      timezone: "Africa/Cairo",
      missed: "run_once",
      enabled: true,
    });
  });

  test("what the server refuses is said beside the times", async () => {
    renderApp("/triggers/schedules");
    fireEvent.click(await screen.findByRole("button", { name: "New schedule" }));
    fireEvent.click(await screen.findByRole("radio", { name: "Cron" }));
    type(screen.getByLabelText("Cron expression"), "75 9 * * *");
    expect(await screen.findByText(/minutes go to 59/)).toBeTruthy();
  });

  test("keep their inputs when those of the workflow cannot be read", async () => {
    const { mock } = renderApp("/triggers/schedules");
    const sent = sentTo(mock, "/schedules/sch_01k1");
    const handle = mock.handle;
    mock.handle = (request) =>
      new URL(request.url).pathname === "/api/v1/workflows"
        ? Promise.resolve(problem(500, "internal", "the list is not to be had"))
        : handle(request);
    const menu = await screen.findByRole("button", { name: "Actions for “Nightly release”" });
    fireEvent.keyDown(menu, { key: "Enter" });
    fireEvent.click(await screen.findByRole("menuitem", { name: "Edit" }));
    const form = await screen.findByRole("dialog");
    expect((within(form).getByLabelText("Workflow") as HTMLSelectElement).value).toBe(
      "release_process",
    );
    type(within(form).getByLabelText("Time"), "23:15");
    fireEvent.click(within(form).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(sent).toMatchObject([{ cron: "15 23 * * 0-4", inputs: { version: "nightly" } }]);
  });

  test("are all shown, however many pages they come in", async () => {
    const { mock } = renderApp("/triggers/schedules");
    const [one, two] = mock.db.schedules;
    const handle = mock.handle;
    mock.handle = (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname !== "/api/v1/schedules") return handle(request);
      const isFirst = !searchParams.has("cursor");
      return Promise.resolve(
        Response.json({ items: [isFirst ? one : two], next: isFirst ? "second" : null }),
      );
    };
    expect(await screen.findByRole("switch", { name: /Nightly release/ })).toBeTruthy();
    expect(screen.getByText(/On day 1 of each month/)).toBeTruthy();
  });

  test("of one workflow lead to all of them", async () => {
    renderApp("/triggers/schedules?workflow=bug_lifecycle");
    expect(await screen.findByText(/On day 1 of each month/)).toBeTruthy();
    expect(screen.queryByText("Nightly release")).toBeNull();
    fireEvent.click(screen.getByRole("link", { name: "Show all" }));
    expect(await screen.findByRole("switch", { name: /Nightly release/ })).toBeTruthy();
  });

  test("are not offered for workflows that are archived", async () => {
    renderApp("/triggers/schedules");
    fireEvent.click(await screen.findByRole("button", { name: "New schedule" }));
    const workflow = await screen.findByLabelText("Workflow");
    expect(await within(workflow).findByRole("option", { name: "Release process" })).toBeTruthy();
    expect(within(workflow).queryByRole("option", { name: "Weekly report of 2025" })).toBeNull();
  });

  test("are switched off, and started at once", async () => {
    const { mock } = renderApp("/triggers/schedules");
    fireEvent.click(await screen.findByRole("switch", { name: /Nightly release/ }));
    await waitFor(() => expect(mock.db.schedules[0]?.enabled).toBe(false));
    fireEvent.click(screen.getByRole("button", { name: /Start now ?Nightly release/ }));
    expect(await screen.findByText("The workflow has started")).toBeTruthy();
  });
});

describe("webhooks", () => {
  test("show their secret once, with a command to try it", async () => {
    const { mock } = renderApp("/triggers/webhooks");
    fireEvent.click(await screen.findByRole("button", { name: "New webhook" }));
    const form = await screen.findByRole("dialog");
    type(within(form).getByLabelText("Name"), "Payment provider");
    type(within(form).getByLabelText("Workflow"), "release_process");
    fireEvent.click(within(form).getByRole("button", { name: "Create webhook" }));
    expect(await screen.findByText(/^Copy the address and the secret now/)).toBeTruthy();
    expect(screen.getByText(/^whsec_/)).toBeTruthy();
    expect(screen.getByText(/curl -X POST/).textContent).toContain(mock.db.webhooks[0]?.url);
    fireEvent.click(screen.getByRole("button", { name: "I have saved it" }));
    await waitFor(() => expect(screen.queryByText(/^whsec_/)).toBeNull());
  });
});

test("a schedule that could not start says why; one of a definition is only switched", async () => {
  renderApp("/triggers/schedules");
  expect(await screen.findByText(/needs the input "idea"/)).toBeTruthy();
  expect(screen.getByText("Nothing was started")).toBeTruthy();
  expect(
    screen.queryByRole("button", { name: "Actions for “Every quarter of an hour”" }),
  ).toBeNull();
  expect(screen.getByRole("switch", { name: /Every quarter of an hour/ })).toBeTruthy();
});

test("an event brings inputs with it", async () => {
  const { mock } = renderApp("/triggers/events");
  fireEvent.click(await screen.findByRole("button", { name: "New event trigger" }));
  const form = await screen.findByRole("dialog");
  await within(form).findByRole("option", { name: "Release process" });
  type(within(form).getByLabelText("Event"), "approval.decided");
  type(within(form).getByLabelText("Workflow"), "release_process");
  type(within(form).getByLabelText("Inputs (optional)"), "[1]");
  expect(await within(form).findByText(/must be a JSON object/)).toBeTruthy();
  type(within(form).getByLabelText("Inputs (optional)"), '{"version": "2"}');
  fireEvent.click(within(form).getByRole("button", { name: "Create trigger" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(mock.db.eventTriggers[0]).toMatchObject({
    event: "approval.decided",
    inputs: { version: "2" },
  });
});

test("event triggers of a definition are changed there, not here", async () => {
  renderApp("/triggers/events");
  expect(await screen.findByText("In the definition")).toBeTruthy();
  expect(screen.getAllByRole("button", { name: /Delete the trigger/ })).toHaveLength(1);
});
