import { useTranslation } from "react-i18next";
import type { UsageLine } from "@/api/gateway";
import { useFormats } from "@/lib/useFormats";

/** The whole time in a few numbers. */
export function Totals({ total }: { total: UsageLine }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const cards = [
    {
      name: t("usage.cost"),
      value: formats.money(total.cost_micros),
      note: total.unpriced_calls > 0 && t("usage.unpriced", { count: total.unpriced_calls }),
    },
    {
      name: t("usage.calls"),
      value: formats.number(total.calls),
      note: total.failed_calls > 0 && t("usage.failed", { count: total.failed_calls }),
    },
    {
      name: t("usage.inputTokens"),
      value: formats.compact(total.input_tokens),
      note:
        total.cached_input_tokens > 0 &&
        t("usage.fromProviderCache", { shown: formats.compact(total.cached_input_tokens) }),
    },
    {
      name: t("usage.outputTokens"),
      value: formats.compact(total.output_tokens),
      note: total.cached_calls > 0 && t("usage.cached", { count: total.cached_calls }),
    },
  ];
  return (
    <dl className="grid grid-cols-2 gap-3 lg:grid-cols-4">
      {cards.map(({ name, value, note }) => (
        <div key={name} className="rounded-lg border border-line bg-surface px-4 py-3 shadow-card">
          <dt className="text-muted text-xs">{name}</dt>
          <dd className="font-semibold text-xl tabular-nums tracking-tight">
            {value}
            {note && <span className="block font-normal text-muted text-xs">{note}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
