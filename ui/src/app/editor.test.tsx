// What is typed into the editor of definitions is not lost, on the test double.
import { forEachDiagnostic } from "@codemirror/lint";
import { EditorView } from "@codemirror/view";
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Mock } from "@/mocks/backend";
import { renderApp } from "@/mocks/renderApp";

const mine = "\n# mine\n";
const theirs = "\n# theirs\n";

async function openEditor() {
  const content = await screen.findByRole("textbox", { name: "Definition" });
  const editor = EditorView.findFromDOM(content);
  if (!editor) throw new Error("there is no editor");
  return editor;
}

function append(editor: EditorView, insert: string) {
  editor.dispatch({ changes: { from: editor.state.doc.length, insert } });
}

/** Somebody else saves a revision. */
function saveTheirs(mock: Mock) {
  const workflow = mock.db.workflows.find((each) => each.slug === "release_process");
  if (!workflow) throw new Error("there is no workflow");
  workflow.definition += theirs;
  workflow.revision = (workflow.revision ?? 0) + 1;
  workflow.revisions.push({
    revision: workflow.revision,
    name: workflow.name,
    created_at: new Date().toISOString(),
    created_by: "Amal Naguib",
    definition: workflow.definition ?? "",
  });
}

/** Somebody else saves a revision, and something makes the page read the workflow again. */
async function overtake(mock: Mock) {
  saveTheirs(mock);
  fireEvent.keyDown(screen.getByRole("button", { name: "More actions" }), { key: "Enter" });
  fireEvent.click(await screen.findByRole("menuitem", { name: "Archive" }));
}

test("another view of the workflow asks before it takes away what was typed", async () => {
  let isSure = false;
  const asked: unknown[] = [];
  vi.stubGlobal("confirm", (question: unknown) => {
    asked.push(question);
    return isSure;
  });
  renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  const save = await screen.findByRole("button", { name: "Save as a new revision" });
  await waitFor(() => expect((save as HTMLButtonElement).disabled).toBe(false));
  fireEvent.click(screen.getByRole("link", { name: "Overview" }));
  await waitFor(() => expect(asked).toHaveLength(1));
  expect((await openEditor()).state.doc.toString()).toContain(mine);
  isSure = true;
  fireEvent.click(screen.getByRole("link", { name: "Overview" }));
  await waitFor(() => expect(screen.queryByRole("textbox", { name: "Definition" })).toBeNull());
});

test("what others save comes in, but never over what was typed", async () => {
  const { mock } = renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  await overtake(mock);
  expect(await screen.findByText(/saved another revision while you were editing/)).toBeTruthy();
  expect(editor.state.doc.toString()).toContain(mine);
  fireEvent.click(screen.getByRole("button", { name: "Take their version" }));
  await waitFor(() => expect(editor.state.doc.toString()).toContain(theirs));
  expect(editor.state.doc.toString()).not.toContain(mine);
});

test("what others saved is not saved over by who has not heard of it", async () => {
  const { mock } = renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  const save = screen.getByRole("button", { name: "Save as a new revision" });
  await waitFor(() => expect((save as HTMLButtonElement).disabled).toBe(false));
  saveTheirs(mock);
  fireEvent.click(save);
  expect(await screen.findByText(/saved another revision while you were editing/)).toBeTruthy();
  const kept = mock.db.workflows.find((each) => each.slug === "release_process")?.definition;
  expect(kept).toContain(theirs);
  expect(kept).not.toContain(mine);
  expect(editor.state.doc.toString()).toContain(mine);
});

test("what others save at the same moment is not saved over", async () => {
  const { mock } = renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  const save = screen.getByRole("button", { name: "Save as a new revision" });
  await waitFor(() => expect((save as HTMLButtonElement).disabled).toBe(false));
  const handle = mock.handle;
  mock.handle = (request) => {
    if (request.method === "PUT") saveTheirs(mock);
    return handle(request);
  };
  fireEvent.click(save);
  expect(await screen.findByText(/saved another revision while you were editing/)).toBeTruthy();
  const kept = mock.db.workflows.find((each) => each.slug === "release_process")?.definition;
  expect(kept).toContain(theirs);
  expect(kept).not.toContain(mine);
});

test("who was overtaken sees by whom and with what, before anything is lost", async () => {
  const { mock } = renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  await overtake(mock);
  const alert = within(await screen.findByRole("alert"));
  expect(await alert.findByText("Amal Naguib")).toBeTruthy();
  const button = alert.getByRole("button", { name: "Their changes" });
  fireEvent.click(button);
  expect(button.getAttribute("aria-expanded")).toBe("true");
  const diff = within(await screen.findByRole("region", { name: "Their changes" }));
  expect(await diff.findByText("# theirs")).toBeTruthy();
  expect(diff.queryByText("# mine")).toBeNull();
  expect(editor.state.doc.toString()).toContain(mine);
});

test("a save goes on from the revision that its writer has seen, and no other", async () => {
  const { mock } = renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  const save = () =>
    screen.getByRole("button", { name: "Save as a new revision" }) as HTMLButtonElement;
  await waitFor(() => expect(save().disabled).toBe(false));
  const asked: (string | null)[] = [];
  const handle = mock.handle;
  mock.handle = (request) => {
    if (request.method === "PUT") asked.push(new URL(request.url).searchParams.get("revision"));
    return handle(request);
  };
  fireEvent.click(save());
  expect(await screen.findByText("Saved as revision 4")).toBeTruthy();
  append(editor, "# more\n");
  saveTheirs(mock);
  await waitFor(() => expect(save().disabled).toBe(false));
  fireEvent.click(save());
  fireEvent.click(await screen.findByRole("button", { name: "Keep my changes" }));
  await waitFor(() => expect(save().disabled).toBe(false));
  fireEvent.click(save());
  expect(await screen.findByText("Saved as revision 6")).toBeTruthy();
  expect(asked).toEqual(["3", "4", "5"]);
});

test("who keeps what they typed can save it over what others saved", async () => {
  const { mock } = renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  append(editor, mine);
  await overtake(mock);
  const save = () =>
    screen.getByRole("button", { name: "Save as a new revision" }) as HTMLButtonElement;
  const keep = await screen.findByRole("button", { name: "Keep my changes" });
  expect(save().disabled).toBe(true);
  fireEvent.click(keep);
  await waitFor(() => expect(save().disabled).toBe(false));
  fireEvent.click(save());
  await waitFor(() => expect(mock.db.workflows[0]?.definition).toContain(mine));
  expect(mock.db.workflows[0]?.definition).not.toContain(theirs);
});

test("a definition without a word in it is not called valid", async () => {
  renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  expect(await screen.findByText("The definition is valid")).toBeTruthy();
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: "" } });
  expect(await screen.findByText(/has no "name"/)).toBeTruthy();
  const save = screen.getByRole("button", { name: "Save as a new revision" });
  expect((save as HTMLButtonElement).disabled).toBe(true);
});

test("what is wrong is marked at its word in the text, until it is put right", async () => {
  renderApp("/workflows/release_process?view=definition");
  const editor = await openEditor();
  const marks = () => {
    const found: string[] = [];
    forEachDiagnostic(editor.state, ({ message }, from, to) => {
      found.push(`${editor.state.sliceDoc(from, to)}: ${message}`);
    });
    return found;
  };
  const { length } = editor.state.doc;
  append(editor, "    agnet: coding\n");
  const mark = 'agnet: unknown key "agnet"\ndid you mean "agent"?';
  await waitFor(() => expect(marks()).toEqual([mark]));
  const word = editor.state.doc.toString().indexOf("agnet", length);
  editor.dispatch({ changes: { from: word, to: word + 5, insert: "agent" } });
  await waitFor(() => expect(marks()).toEqual([]));
});

test("an earlier revision becomes the newest again, for people who may save", async () => {
  const { mock } = renderApp("/workflows/release_process?view=revisions&from=1&to=2");
  const earlier = mock.db.workflows.find((each) => each.slug === "release_process")?.revisions[1];
  fireEvent.click(await screen.findByRole("button", { name: "Save revision 2 as the newest" }));
  expect(await screen.findByText("Saved as revision 4")).toBeTruthy();
  expect(mock.db.workflows[0]).toMatchObject({
    slug: "release_process",
    revision: 4,
    definition: earlier?.definition,
  });
});

test("people who may only look are offered no way back", async () => {
  renderApp("/workflows/release_process?view=revisions&from=1&to=2", "viewer");
  expect(await screen.findByText("steps.go.approval.rule")).toBeTruthy();
  expect(screen.queryByRole("button", { name: /as the newest/ })).toBeNull();
});
