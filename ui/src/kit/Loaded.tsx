import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ErrorState } from "./ErrorState";

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

/** The three faces of everything that is read from the server. */
export function Loaded<T>({ query, skeleton, children }: Props<T>) {
  const { t } = useTranslation();
  if (query.data !== undefined) return children(query.data);
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
