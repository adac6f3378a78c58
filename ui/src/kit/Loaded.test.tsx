import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Problem } from "@/lib/problem";
import { Loaded } from "./Loaded";

function page(error: unknown) {
  return (
    <Loaded query={{ data: "read", error, refetch: () => {} }} skeleton={null}>
      {(data) => <input aria-label={data} defaultValue="" />}
    </Loaded>
  );
}

test("what was read stays when it cannot be read again, and says that it may be old", () => {
  const { rerender } = render(page(null));
  fireEvent.change(screen.getByLabelText("read"), { target: { value: "typed" } });
  expect(screen.queryByRole("status")).toBeNull();
  rerender(page(new Problem(500, "internal", "the disk is full")));
  expect(screen.getByRole("status").textContent).toContain("may be out of date");
  expect(screen.getByText("the disk is full")).toBeTruthy();
  expect((screen.getByLabelText("read") as HTMLInputElement).value).toBe("typed");
  rerender(page(null));
  expect(screen.queryByRole("status")).toBeNull();
  expect((screen.getByLabelText("read") as HTMLInputElement).value).toBe("typed");
});
