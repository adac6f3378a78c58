// The inbox of approvals and its badge, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { problem } from "@/mocks/answer";
import type { Mock } from "@/mocks/backend";
import { journalHub } from "@/mocks/db";
import { renderApp } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

/** The list of approvals comes in pages of which the first holds nothing. */
function beginWithAnEmptyPage(mock: Mock) {
  const handle = mock.handle;
  mock.handle = (request) => {
    const url = new URL(request.url);
    const isFirst = url.pathname === "/api/v1/approvals" && !url.searchParams.has("cursor");
    return isFirst
      ? Promise.resolve(Response.json({ items: [], next: "second" }))
      : handle(request);
  };
}

describe("the inbox of approvals", () => {
  test("counts what waits in the navigation and empties as one answers", async () => {
    renderApp("/approvals");
    expect((await screen.findAllByText("2 wait for you")).length).toBeGreaterThan(0);
    const question = await screen.findByRole("article", { name: /نطاق/ });
    fireEvent.click(within(question).getByRole("button", { name: "Approve" }));
    expect((await screen.findAllByText("1 waits for you")).length).toBeGreaterThan(0);
    expect(screen.queryByRole("article", { name: /نطاق/ })).toBeNull();
  });

  test("gives the keyboard to the next question, and after the last to the heading", async () => {
    renderApp("/approvals");
    const next = await screen.findByRole("article", { name: /1\.4\.0 to production/ });
    const approve = (question: HTMLElement) => {
      const button = within(question).getByRole("button", { name: "Approve" });
      button.focus();
      fireEvent.click(button);
    };
    approve(screen.getByRole("article", { name: /نطاق/ }));
    await waitFor(() => expect(document.activeElement).toBe(next));
    expect(await screen.findByText("Next: Release 1.4.0 to production?")).toBeTruthy();
    type(within(next).getByLabelText("Window"), "now");
    approve(next);
    const heading = screen.getByRole("heading", { level: 1 });
    await waitFor(() => expect(document.activeElement).toBe(heading));
  });

  test.each(["mine", "open", "decided"])(
    "reads on behind a page that has nothing to show (%s)",
    async (show) => {
      const { mock } = renderApp(`/approvals?show=${show}`);
      beginWithAnEmptyPage(mock);
      expect((await screen.findAllByRole("article")).length).toBeGreaterThan(0);
      expect(screen.queryByText("Nothing waits for you")).toBeNull();
    },
  );

  test("asks for what is answered, not for everything", async () => {
    const { mock } = renderApp("/approvals?show=decided");
    const asked: (string | null)[] = [];
    const handle = mock.handle;
    mock.handle = (request) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/api/v1/approvals" && !searchParams.has("mine")) {
        asked.push(searchParams.get("status"));
      }
      return handle(request);
    };
    expect((await screen.findAllByRole("article")).length).toBeGreaterThan(0);
    expect(new Set(asked)).toEqual(new Set(["decided"]));
  });

  test("reads on behind questions that are not answered yet", async () => {
    const { mock } = renderApp("/approvals?show=decided");
    const [waiting, ...others] = mock.db.approvals;
    const answers: Record<string, unknown> = {
      first: { items: [waiting], next: "b" },
      b: { items: [], next: "c" },
      c: { items: others.filter((each) => each.status === "rejected"), next: null },
    };
    const handle = mock.handle;
    mock.handle = (request) => {
      const { pathname, searchParams } = new URL(request.url);
      return pathname === "/api/v1/approvals"
        ? Promise.resolve(Response.json(answers[searchParams.get("cursor") ?? "first"]))
        : handle(request);
    };
    expect(await screen.findByRole("article", { name: /Release 1.2.9/ })).toBeTruthy();
    expect(screen.getAllByRole("article")).toHaveLength(1);
  });

  test("says when it could not read on, instead of saying that nothing waits", async () => {
    const { mock } = renderApp("/approvals?show=open");
    let isDown = true;
    beginWithAnEmptyPage(mock);
    const handle = mock.handle;
    mock.handle = (request) =>
      isDown && request.url.includes("cursor=second")
        ? Promise.resolve(problem(400, "invalid_request", "the cursor is not one of ours"))
        : handle(request);
    expect(await screen.findByText(/the cursor is not one of ours/)).toBeTruthy();
    expect(screen.queryByText("Nothing waits for an approval")).toBeNull();
    isDown = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect((await screen.findAllByRole("article")).length).toBeGreaterThan(0);
  });

  test("counts up to a hundred, and says when there are more", async () => {
    const { mock } = renderApp("/projects");
    const [one] = mock.db.approvals;
    const handle = mock.handle;
    mock.handle = (request) =>
      new URL(request.url).pathname === "/api/v1/approvals"
        ? Promise.resolve(Response.json({ items: Array(60).fill(one), next: "more" }))
        : handle(request);
    expect((await screen.findAllByText("More than 100 wait for you")).length).toBeGreaterThan(0);
    expect(screen.getAllByText("100+").length).toBeGreaterThan(0);
  });

  test("says what each question belongs to, and leads there", async () => {
    renderApp("/approvals");
    const question = await screen.findByRole("article", { name: /1\.4\.0 to production/ });
    const leads = (name: string) =>
      within(question).getByRole("link", { name }).getAttribute("href");
    expect(leads("Release 1.4.0 of the clinic")).toBe("/executions/exe_01krelease?step=go");
    expect(leads("Release process")).toBe("/workflows/release_process");
    expect(leads("CLINIC")).toBe("/projects/CLINIC?execution=exe_01krelease");
    expect(leads("go")).toBe("/executions/exe_01krelease?step=go");
  });

  test("wants the form to approve, and a reason to reject", async () => {
    const { mock } = renderApp("/approvals/apr_01k1");
    fireEvent.click(await screen.findByRole("button", { name: "Approve" }));
    expect(await screen.findByText("This is needed.")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(await screen.findByText("Say why, so that it can be put right.")).toBeTruthy();
    expect(mock.db.approvals[0]?.decisions).toHaveLength(1);
    type(screen.getByLabelText("Comment"), "not on a Thursday");
    fireEvent.click(screen.getByRole("button", { name: "Reject" }));
    expect(await screen.findByText("not on a Thursday")).toBeTruthy();
    expect(mock.db.approvals[0]?.status).toBe("rejected");
  });

  test("says that somebody else was faster when the question goes away", async () => {
    const { mock } = renderApp("/approvals");
    const question = await screen.findByRole("article", { name: /نطاق/ });
    // A toast of the test before may still be there.
    const thanked = screen.queryAllByText("You approved").length;
    const asked = mock.db.approvals.find((each) => /نطاق/.test(each.title));
    if (asked) asked.status = "approved";
    fireEvent.click(within(question).getByRole("button", { name: "Approve" }));
    await waitFor(() => expect(screen.queryByRole("article", { name: /نطاق/ })).toBeNull());
    expect(await screen.findByText("this approval is already approved")).toBeTruthy();
    expect(screen.queryAllByText("You approved").length).toBeLessThanOrEqual(thanked);
  });

  test("says on the page of an execution when its questions could not be read", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    const handle = mock.handle;
    mock.handle = (request) =>
      request.url.includes("execution=exe_01krelease")
        ? Promise.resolve(problem(500, "internal", "the questions are not to be had"))
        : handle(request);
    expect(await screen.findByText("the questions are not to be had")).toBeTruthy();
  });

  test("keeps what is typed into one question when another step begins to wait", async () => {
    const { mock } = renderApp("/executions/exe_01krelease");
    const question = await screen.findByRole("article", { name: /Release 1.4.0/ });
    type(within(question).getByLabelText("Comment"), "only after lunch");
    let asked = 0;
    const handle = mock.handle;
    mock.handle = (request) => {
      if (request.url.includes("execution=exe_01krelease")) asked += 1;
      return handle(request);
    };
    const deploy = mock.db.executions[0]?.steps.find((step) => step.id === "deploy");
    if (deploy) deploy.status = "waiting_approval";
    journalHub(mock.db, "exe_01krelease").emit("approval_requested", { step: "deploy" });
    await waitFor(() => expect(asked).toBe(1));
    const comment = await screen.findByLabelText("Comment");
    expect((comment as HTMLTextAreaElement).value).toBe("only after lunch");
  });

  test("says how long there is to answer, days too", async () => {
    renderApp("/approvals");
    const question = await screen.findByRole("article", { name: /نطاق/ });
    expect(within(question).getByText(/^(3d 0h|2d 23h) left$/)).toBeTruthy();
  });

  test("shows others' questions without buttons", async () => {
    renderApp("/approvals/apr_01k3");
    expect(await screen.findByText("You are not among those who are asked.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Approve" })).toBeNull();
  });
});
