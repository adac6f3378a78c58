import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { TypedFields } from "./TypedFields";

const specs = { dry_run: { type: "boolean", description: "Change nothing.", required: false } };

test("a switch belongs to its own form, though another one asks the same", () => {
  const form = <TypedFields specs={specs} draft={{}} faults={{}} onChange={() => {}} />;
  render(
    <>
      {form}
      {form}
    </>,
  );
  const switches = screen.getAllByRole("switch");
  const labels = screen.getAllByText("Dry run") as HTMLLabelElement[];
  expect(labels.map((label) => label.htmlFor)).toEqual(switches.map((each) => each.id));
  expect(switches[0]?.id).not.toBe(switches[1]?.id);
});

test("what is wrong with a switch is said at it", () => {
  const messages = { dry_run: "This cannot be on." };
  render(
    <TypedFields specs={specs} draft={{}} faults={{}} messages={messages} onChange={() => {}} />,
  );
  const described = screen.getByRole("switch").getAttribute("aria-describedby") ?? "";
  expect(document.getElementById(described)?.textContent).toBe("This cannot be on.");
});
