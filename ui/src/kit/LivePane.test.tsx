import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { LivePane } from "./LivePane";

test("the end is followed, but never taken from under somebody who reads further up", () => {
  const { rerender } = render(<LivePane text="one" />);
  const pane = screen.getByRole("group");
  const grow = (height: number, text: string) => {
    Object.defineProperty(pane, "scrollHeight", { value: height, configurable: true });
    rerender(<LivePane text={text} />);
  };
  const scroll = (to: number) => {
    pane.scrollTop = to;
    fireEvent.scroll(pane);
  };
  Object.defineProperty(pane, "clientHeight", { value: 100 });
  grow(500, "one two");
  expect(pane.scrollTop).toBe(500);
  scroll(120);
  grow(600, "one two three");
  expect(pane.scrollTop).toBe(120);
  scroll(500);
  grow(700, "one two three four");
  expect(pane.scrollTop).toBe(700);
});
