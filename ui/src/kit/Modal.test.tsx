import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { Confirm } from "./Confirm";
import { Modal } from "./Modal";

function clickBeside() {
  fireEvent.pointerDown(document.body);
  fireEvent.click(document.body);
}

test("a click beside a form closes it only while nothing was typed", async () => {
  const close = vi.fn();
  render(
    <Modal isOpen onClose={close} title="Form">
      <input aria-label="Name" />
    </Modal>,
  );
  await waitFor(() => {
    clickBeside();
    expect(close).toHaveBeenCalled();
  });
  const before = close.mock.calls.length;
  fireEvent.change(screen.getByLabelText("Name"), { target: { value: "night watch" } });
  clickBeside();
  expect(close).toHaveBeenCalledTimes(before);
  fireEvent.keyDown(screen.getByLabelText("Name"), { key: "Escape" });
  expect(close).toHaveBeenCalledTimes(before + 1);
});

test("a click beside what is shown once does not take it away", async () => {
  const close = vi.fn();
  const secret = (isShownOnce: boolean) => (
    <Modal isOpen isShownOnce={isShownOnce} onClose={close} title="Secret">
      whsec_1
    </Modal>
  );
  const { rerender } = render(secret(false));
  // From here on a click beside it is heard.
  await waitFor(() => {
    clickBeside();
    expect(close).toHaveBeenCalled();
  });
  const before = close.mock.calls.length;
  rerender(secret(true));
  clickBeside();
  expect(close).toHaveBeenCalledTimes(before);
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  expect(close).toHaveBeenCalledTimes(before + 1);
});

function Page({ question }: { question: boolean }) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Open
      </button>
      {question ? (
        <Confirm isOpen={isOpen} onClose={close} onConfirm={close} title="" text="?" action="Yes" />
      ) : (
        isOpen && (
          <Modal isOpen onClose={close} title="Form">
            <input aria-label="Name" />
          </Modal>
        )
      )}
    </>
  );
}

test.each([false, true])("the focus goes back to where it was (question: %s)", async (question) => {
  render(<Page question={question} />);
  const button = screen.getByRole("button", { name: "Open" });
  button.focus();
  fireEvent.click(button);
  const dialog = await screen.findByRole(question ? "alertdialog" : "dialog");
  await waitFor(() => expect(dialog.contains(document.activeElement)).toBe(true));
  fireEvent.keyDown(dialog, { key: "Escape" });
  await waitFor(() => expect(document.activeElement).toBe(button));
});
