// The page of a workflow, on the test double.
import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/mocks/renderApp";

test("a workflow's page draws its plan with what goes back", async () => {
  renderApp("/workflows/release_process");
  const graph = within(await screen.findByRole("region", { name: "Graph" }));
  // What goes back is drawn once the server has said so.
  expect(await graph.findByText("Sent back for rework")).toBeTruthy();
  expect(graph.getByText("When it fails")).toBeTruthy();
  // A plan has no states.
  expect(graph.getByRole("button", { name: /^Good enough\?/ })).toBeTruthy();
  fireEvent.click(graph.getByRole("button", { name: "As a list" }));
  expect(graph.getByText("Sends work back to: Review the changes")).toBeTruthy();
  expect(graph.getByText("Waits for: Good enough?")).toBeTruthy();
});
