// What the page of an execution tells, on the test double.
import { screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { journalHub } from "@/mocks/db";
import { renderApp } from "@/mocks/renderApp";

test("an execution is followed from where its reading ends, with what was only said in between", async () => {
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
