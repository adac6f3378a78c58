import { FlaskConical, RotateCcw } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Execution } from "@/api/types";
import { Badge } from "@/kit/Badge";

/** Two things worth knowing at a glance: no real model was asked; a process died and it went on. */
export function ExecutionBadges({ execution }: { execution: Execution }) {
  const { t } = useTranslation();
  return (
    <>
      {execution.recovered > 0 && (
        <Badge tone="warn" title={t("execution.recoveredText", { count: execution.recovered })}>
          <RotateCcw aria-hidden />
          {t("execution.recovered")}
        </Badge>
      )}
      {execution.scripted && (
        <Badge title={t("execution.scriptedText")}>
          <FlaskConical aria-hidden />
          {t("origin.scripted")}
        </Badge>
      )}
    </>
  );
}
