import { act, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { FilterText } from "./Filter";

function Bar({ onSent }: { onSent: (value: string) => void }) {
  const [value, setValue] = useState("");
  return (
    <>
      <FilterText
        label="Search"
        value={value}
        onChange={(next) => {
          onSent(next);
          setValue(next);
        }}
      />
      <button type="button" onClick={() => setValue("")}>
        All
      </button>
    </>
  );
}

test("what is typed stays as it is typed, and is cleared from outside", () => {
  vi.useFakeTimers();
  try {
    const sent: string[] = [];
    render(<Bar onSent={(value) => sent.push(value)} />);
    const field = screen.getByLabelText("Search") as HTMLInputElement;
    const type = (value: string) => {
      fireEvent.change(field, { target: { value } });
      act(() => {
        vi.advanceTimersByTime(400);
      });
    };
    // A space between two words, after which one thinks for a moment.
    type("night ");
    expect(field.value).toBe("night ");
    type("night watch");
    expect(sent).toEqual(["night", "night watch"]);
    fireEvent.click(screen.getByRole("button", { name: "All" }));
    expect(field.value).toBe("");
  } finally {
    vi.useRealTimers();
  }
});
