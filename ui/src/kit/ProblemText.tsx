import { useTranslation } from "react-i18next";
import { asProblem } from "@/lib/problem";
import { problemText } from "@/lib/problemText";

/** What went wrong: in the reader's language, with the server's own words beneath. */
export function ProblemText({ error }: { error: unknown }) {
  const { t, i18n } = useTranslation();
  const { text, detail } = problemText(asProblem(error), t, i18n.language);
  return (
    <>
      <span dir="auto">{text}</span>
      {detail && (
        <span lang="en" dir="ltr" className="mt-0.5 block text-start text-xs">
          {detail}
        </span>
      )}
    </>
  );
}
