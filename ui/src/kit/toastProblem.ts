import i18next from "i18next";
import { toast } from "sonner";
import { asProblem } from "@/lib/problem";
import { problemLine, problemText } from "@/lib/problemText";

/** Says that an order failed, and why. With a title, the reason stands beneath it. */
export function toastProblem(error: unknown, title?: string) {
  const problem = asProblem(error);
  const { t, language } = i18next;
  if (title) {
    toast.error(title, { description: problemLine(problem, t, language) });
    return;
  }
  const { text, detail } = problemText(problem, t, language);
  toast.error(text, { description: detail ?? undefined });
}
