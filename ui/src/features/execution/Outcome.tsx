import { useTranslation } from "react-i18next";
import type { ExecutionDetail } from "@/api/types";
import { Notice } from "@/kit/Notice";

/** The error in full, and what was asked for. */
export function Outcome({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  const { error, inputs } = execution;
  const texts = Object.entries(inputs).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1].length > 0,
  );
  return (
    <>
      {error && (
        <Notice tone="danger" role="alert">
          <p dir="auto">{error.message}</p>
          <p className="mt-0.5 text-xs opacity-90">
            <bdi className="font-mono">{error.code}</bdi>
            {error.step && (
              <>
                {" · "}
                {t("execution.atStep")} <bdi>{error.step}</bdi>
              </>
            )}
          </p>
        </Notice>
      )}
      {texts.length > 0 && (
        <details className="rounded-lg border border-line bg-surface px-4 py-2 text-sm shadow-card">
          <summary className="cursor-pointer font-medium">{t("execution.inputs")}</summary>
          <dl className="mt-2 flex flex-col gap-2 pb-1">
            {texts.map(([name, value]) => (
              <div key={name}>
                <dt className="font-mono text-muted text-xs">{name}</dt>
                <dd className="whitespace-pre-wrap break-words" dir="auto">
                  {value}
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
