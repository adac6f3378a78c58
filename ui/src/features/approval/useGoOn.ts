import { type RefObject, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { announce } from "@/kit/announce";

/** The cards that can be answered; see `ApprovalCard`. */
const asking = "article[data-asks]";

/** The questions beside that of the form, the following ones first. */
function others(form: HTMLElement | null): HTMLElement[] {
  const all = [...document.querySelectorAll<HTMLElement>(asking)];
  const at = all.findIndex((each) => each.contains(form));
  return at === -1 ? all : [...all.slice(at + 1), ...all.slice(0, at)];
}

function heading(): HTMLElement | null {
  const found = document.querySelector<HTMLElement>("main h1");
  if (found) found.tabIndex = -1;
  return found;
}

/**
 * An answered question's form goes away, and the place of the keyboard with it: it goes on at the
 * next question that can be answered on this page, or else at the heading.
 */
export function useGoOn(form: RefObject<HTMLFormElement | null>) {
  const { t } = useTranslation();
  const say = useRef(t);
  say.current = t;
  const next = useRef<HTMLElement[] | null>(null);
  useEffect(
    () => () => {
      // Who has gone elsewhere meanwhile stays there.
      if (next.current === null || document.activeElement !== document.body) return;
      const question = next.current.find((each) => each.isConnected && each.matches(asking));
      if (question) {
        const title = question.getAttribute("aria-label") ?? "";
        announce(say.current("approval.next", { title }));
      }
      (question ?? heading())?.focus();
    },
    [],
  );
  return {
    /** The answer is given. */
    leave: () => {
      next.current = others(form.current);
    },
    /** It was refused, and the form stays. */
    stay: () => {
      next.current = null;
    },
  };
}
