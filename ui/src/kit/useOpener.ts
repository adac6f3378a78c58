import { useRef } from "react";

/**
 * Where the focus was before a dialog took it, to give it back. The primitives give it back to
 * their own triggers only, and dialogs that a state opens have none.
 */
export function useOpener() {
  const opener = useRef<HTMLElement>(null);
  return {
    /** To be called before anything in the dialog gets the focus. */
    remember() {
      const { activeElement, body } = document;
      const isSomewhere = activeElement instanceof HTMLElement && activeElement !== body;
      opener.current = isSomewhere ? activeElement : null;
    },
    /** A menu gives the focus back to its button only once the dialog that it opened is there. */
    onFocusOutside({ target }: Event) {
      if (!opener.current?.isConnected && target instanceof HTMLElement) opener.current = target;
    },
    onCloseAutoFocus(event: Event) {
      event.preventDefault();
      if (opener.current?.isConnected) opener.current.focus();
    },
  };
}
