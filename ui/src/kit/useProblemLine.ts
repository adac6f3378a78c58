import { useTranslation } from "react-i18next";
import { asProblem } from "@/lib/problem";
import { problemLine } from "@/lib/problemText";

/** What went wrong as one text, for fields and lines that take no more. */
export function useProblemLine() {
  const { t, i18n } = useTranslation();
  return (error: unknown) => problemLine(asProblem(error), t, i18n.language);
}
