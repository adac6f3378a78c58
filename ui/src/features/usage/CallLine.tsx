import { Link } from "@tanstack/react-router";
import { CircleCheck, CircleSlash, CircleX, LoaderCircle, type LucideIcon } from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import type { ModelCall } from "@/api/gateway";
import { Badge } from "@/kit/Badge";
import { Cell, RowName } from "@/kit/Table";
import { cn } from "@/lib/cn";
import { useFormats } from "@/lib/useFormats";

interface Props {
  call: ModelCall;
  /** On whose account it was made, by name. */
  person: string | null;
}

const looks: Record<ModelCall["outcome"], { icon: LucideIcon; tone: string }> = {
  ok: { icon: CircleCheck, tone: "text-ok" },
  error: { icon: CircleX, tone: "text-danger" },
  interrupted: { icon: CircleSlash, tone: "text-warn" },
  running: { icon: LoaderCircle, tone: "text-accent" },
};

/** A line of the ledger. */
export function CallLine({ call, person }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { icon: Icon, tone } = looks[call.outcome];
  const key = call.key_name ?? call.key_id;
  const whose = { key: call.execution_id ? key : null, project: call.project, person };
  return (
    <tr>
      <RowName className="whitespace-nowrap font-normal tabular-nums">
        <time dateTime={call.started_at}>{formats.dateTime(call.started_at)}</time>
      </RowName>
      <Cell className="min-w-44">
        <bdi className="font-mono text-xs">{call.model}</bdi>
        <span className="flex flex-wrap gap-1 empty:hidden">
          {call.is_cached && <Badge tone="ok">{t("ledger.cached")}</Badge>}
          {call.estimated && <Badge tone="warn">{t("call.estimated")}</Badge>}
          {call.calls > 1 && <Badge>{t("ledger.stands", { count: call.calls })}</Badge>}
        </span>
      </Cell>
      <Cell className="min-w-40 text-xs">
        {call.execution_id ? (
          <Link
            to="/executions/$id"
            params={{ id: call.execution_id }}
            className="font-medium text-accent hover:underline"
          >
            <bdi>{call.agent ?? call.execution_id}</bdi>
          </Link>
        ) : (
          <bdi className="font-medium">{key ?? call.door}</bdi>
        )}
        <span className="block text-muted">
          <bdi>{call.step ?? call.door}</bdi>
          {Object.entries(whose).map(
            ([what, name]) =>
              name && (
                <Fragment key={what}>
                  {" · "}
                  <bdi>{name}</bdi>
                </Fragment>
              ),
          )}
        </span>
      </Cell>
      <Cell isNumber>
        {formats.number(call.input_tokens)}
        <span className="block text-muted text-xs">{formats.number(call.output_tokens)}</span>
      </Cell>
      <Cell isNumber>
        {call.cost_known ? (
          formats.money(call.cost_micros)
        ) : (
          <Badge tone="warn">{t("ledger.unknownCost")}</Badge>
        )}
      </Cell>
      <Cell isNumber>{formats.duration(call.duration_ms)}</Cell>
      <Cell className="min-w-36">
        <span className="flex items-start gap-1.5 text-xs">
          <Icon aria-hidden className={cn("mt-0.5 size-3.5 shrink-0", tone)} />
          {call.error ? (
            <bdi className="break-words text-danger">{call.error}</bdi>
          ) : (
            <span className="text-muted">{t(`ledger.outcomeIs.${call.outcome}`)}</span>
          )}
        </span>
      </Cell>
    </tr>
  );
}
