import { CircleCheck, CircleX, LoaderCircle } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { DefinitionProblem } from "@/api/workflow-engine";
import { useProblemLine } from "@/kit/useProblemLine";
import { useFormats } from "@/lib/useFormats";

interface Props {
  problems: DefinitionProblem[];
  isChecking: boolean;
  error: unknown;
  onGo: (problem: DefinitionProblem) => void;
}

/** Everything that is wrong, each a way to its place. */
export function ProblemList({ problems, isChecking, error, onGo }: Props) {
  const { t } = useTranslation();
  const problemLine = useProblemLine();
  const formats = useFormats();
  return (
    <section
      aria-label={t("workflow.problems")}
      className="rounded-lg border border-line bg-surface p-3 text-sm shadow-card"
    >
      <p role="status" className="flex items-center gap-2 [&>svg]:size-4 [&>svg]:shrink-0">
        {isChecking ? (
          <LoaderCircle className="animate-spin text-muted" aria-hidden />
        ) : problems.length > 0 || error ? (
          <CircleX className="text-danger" aria-hidden />
        ) : (
          <CircleCheck className="text-ok" aria-hidden />
        )}
        {isChecking
          ? t("workflow.checking")
          : error
            ? problemLine(error)
            : problems.length > 0
              ? t("workflow.problemCount", { count: problems.length })
              : t("workflow.valid")}
      </p>
      {problems.length > 0 && (
        <ul className="mt-2 flex max-h-96 flex-col gap-1 overflow-y-auto">
          {problems.map((problem) => (
            <li key={`${problem.line}:${problem.column} ${problem.message}`}>
              <button
                type="button"
                onClick={() => onGo(problem)}
                className="block w-full rounded-md px-2 py-1.5 text-start hover:bg-hover"
              >
                <span className="block text-muted text-xs tabular-nums">
                  {t("workflow.line", { line: formats.number(problem.line) })}
                  {problem.step && (
                    <>
                      {" · "}
                      <bdi>{problem.step}</bdi>
                    </>
                  )}
                </span>
                <span className="block break-words" dir="auto">
                  {problem.message}
                </span>
                {problem.fix && (
                  <span className="block break-words text-muted text-xs" dir="auto">
                    {problem.fix}
                  </span>
                )}
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
