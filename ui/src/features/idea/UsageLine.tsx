import { useTranslation } from "react-i18next";
import type { Execution } from "@/api/types";
import { Elapsed } from "@/kit/Elapsed";
import { useFormats } from "@/lib/useFormats";

/** Time, tokens and money of an execution, in one line. */
export function UsageLine({ execution }: { execution: Execution }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { input_tokens, output_tokens, cost_micros } = execution.usage;
  const tokens = input_tokens + output_tokens;
  return (
    <p className="flex gap-3 text-muted text-xs tabular-nums">
      <Elapsed from={execution.started_at} to={execution.finished_at} />
      <span>{t("usage.tokens", { count: tokens, shown: formats.number(tokens) })}</span>
      <span>
        <span className="sr-only">{t("usage.cost")} </span>
        {formats.money(cost_micros)}
      </span>
    </p>
  );
}
