// A problem in the reader's language: by its stable code, with the server's own words beneath.
import type { TFunction } from "i18next";
import en from "@/locales/en.json";
import type { Problem } from "./problem";

type Code = keyof typeof en.problem;

const isKnown = (code: string): code is Code => Object.hasOwn(en.problem, code);

export interface Told {
  text: string;
  /** The server's sentence, in English, where the text is a translation. */
  detail: string | null;
}

/** In English the server's sentence says more than its code; elsewhere it stands beneath. */
export function problemText(problem: Problem, t: TFunction, language: string): Told {
  if (problem.status === 0) return { text: t("error.offlineText"), detail: null };
  if (language === "en" || !isKnown(problem.code)) return { text: problem.message, detail: null };
  return { text: t(`problem.${problem.code}`), detail: problem.message };
}

/** The same as one text, for places that take no more. */
export function problemLine(problem: Problem, t: TFunction, language: string): string {
  const { text, detail } = problemText(problem, t, language);
  return detail ? `${text} (${detail})` : text;
}
