import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { ErrorState } from "./ErrorState";
import { Notice } from "./Notice";
import { ProblemText } from "./ProblemText";

interface Query<T> {
  data: T | undefined;
  error: unknown;
  refetch: () => unknown;
}

interface Props<T> {
  query: Query<T>;
  skeleton: ReactNode;
  children: (data: T) => ReactNode;
}

/** The faces of everything that is read from the server: what was read stays when a later reading
 * fails, and says so. */
export function Loaded<T>({ query, skeleton, children }: Props<T>) {
  const { t } = useTranslation();
  if (query.data !== undefined) {
    // Always in the same place, so that what is typed beneath outlives a bad moment of the line.
    return (
      <>
        {query.error ? <Stale error={query.error} onRetry={() => void query.refetch()} /> : null}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <div aria-busy>
      <span role="status" className="sr-only">
        {t("state.loading")}
      </span>
      {skeleton}
    </div>
  );
}

function Stale({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  return (
    <Notice tone="warn" role="status" className="mb-4">
      <p>{t("state.stale")}</p>
      <p className="text-xs">
        <ProblemText error={error} />
      </p>
      <Button size="sm" className="mt-2" onClick={onRetry}>
        {t("action.retry")}
      </Button>
    </Notice>
  );
}
