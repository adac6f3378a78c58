import { useTranslation } from "react-i18next";
import type { Call } from "@/api/types";
import { Badge } from "@/kit/Badge";
import { useFormats } from "@/lib/useFormats";

export function CallRow({ call }: { call: Call }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <li className="flex flex-col gap-1 px-3 py-2">
      <p className="flex flex-wrap items-center gap-1.5">
        <bdi className="me-auto font-medium">{call.model}</bdi>
        {call.outcome === "error" && <Badge tone="danger">{t("call.error")}</Badge>}
        {call.outcome === "running" && <Badge tone="accent">{t("call.running")}</Badge>}
        {call.repair && <Badge tone="warn">{t("call.repair")}</Badge>}
        {call.scripted && <Badge>{t("origin.scripted")}</Badge>}
        {call.estimated && <Badge>{t("call.estimated")}</Badge>}
      </p>
      <p className="flex flex-wrap gap-x-4 text-muted tabular-nums">
        <span>{t("call.tokensIn", { shown: formats.number(call.input_tokens) })}</span>
        <span>{t("call.tokensOut", { shown: formats.number(call.output_tokens) })}</span>
        <span>{formats.money(call.cost_micros)}</span>
        <span>{formats.duration(call.duration_ms)}</span>
      </p>
      {call.error && (
        <p className="break-words text-danger" dir="auto">
          {call.error}
        </p>
      )}
    </li>
  );
}
