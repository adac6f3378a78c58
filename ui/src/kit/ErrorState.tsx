import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { asProblem } from "@/lib/problem";
import { Button } from "./Button";
import { ProblemText } from "./ProblemText";

interface Props {
  error: unknown;
  onRetry?: () => void;
}

/** What went wrong, the id to quote, and a way to try again. */
export function ErrorState({ error, onRetry }: Props) {
  const { t } = useTranslation();
  const problem = asProblem(error);
  const isOffline = problem.status === 0;
  const isForbidden = problem.code === "forbidden";
  return (
    <div
      role="alert"
      className="mx-auto flex max-w-md flex-col items-center px-4 py-14 text-center"
    >
      <span className="flex size-10 items-center justify-center rounded-lg bg-danger-soft text-danger">
        <TriangleAlert className="size-5" aria-hidden />
      </span>
      <h2 className="mt-4 font-semibold text-lg">
        {isOffline ? t("error.offline") : isForbidden ? t("error.forbidden") : t("error.title")}
      </h2>
      <p className="mt-1 text-balance text-muted text-sm">
        <ProblemText error={problem} />
      </p>
      {isForbidden && <p className="text-muted text-sm">{t("error.forbiddenText")}</p>}
      {problem.requestId && (
        <p className="mt-2 text-muted text-xs">
          {t("error.requestId")} <bdi className="select-all font-mono">{problem.requestId}</bdi>
        </p>
      )}
      {onRetry && (
        <Button className="mt-4" onClick={onRetry}>
          {t("action.retry")}
        </Button>
      )}
    </div>
  );
}
