import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { ProjectSelect } from "./ProjectSelect";

test("a project that is not known yet does not look like none", () => {
  const select = (projects?: { key: string; name: string }[]) => (
    <ProjectSelect aria-label="Project" projects={projects} value="CLINIC" onChange={() => {}} />
  );
  const shown = () => screen.getByLabelText("Project") as HTMLSelectElement;
  const { rerender } = render(select());
  expect([shown().value, shown().options.length]).toEqual(["CLINIC", 2]);
  rerender(select([{ key: "CLINIC", name: "Clinic booking" }]));
  expect([shown().value, shown().options.length]).toEqual(["CLINIC", 2]);
  expect(shown().selectedOptions[0]?.textContent).toBe("Clinic booking");
});
