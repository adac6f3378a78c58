// A step with very many instances, on the test double.
import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/mocks/renderApp";

test("thousands of instances come a part at a time, with those that failed", async () => {
  const { mock } = renderApp("/executions/exe_01krelease?step=tests");
  const step = mock.db.executions[0]?.steps.find((each) => each.id === "tests");
  const [one] = step?.instances ?? [];
  if (!step || !one) throw new Error("the release tests its services");
  step.instances = Array.from({ length: 2_000 }, (_, index) => ({
    ...one,
    index,
    label: `part ${index}`,
    status: index === 1_500 ? ("failed" as const) : ("completed" as const),
  }));
  const line = within(await screen.findByRole("region", { name: "Timeline" }));
  const rows = () => line.getAllByText(/^part \d+$/).map((each) => each.textContent);
  expect(rows()).toHaveLength(100);
  expect(rows().at(-1)).toBe("part 1500");
  fireEvent.click(line.getByRole("button", { name: "Show more" }));
  expect(rows()).toHaveLength(200);
  const detail = within(screen.getByRole("region", { name: "Step details" }));
  expect(detail.getAllByRole("heading", { level: 3 })).toHaveLength(25);
  expect(detail.getByRole("heading", { name: /part 1500/ })).toBeTruthy();
});
