import { CalendarPlus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ModelPrice } from "@/api/gateway";
import { Badge, type Tone } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Cell, Heading, RowName, Table } from "@/kit/Table";
import { useFormats } from "@/lib/useFormats";
import { type PriceState, sorted, stateOf } from "./state";

interface Props {
  prices: ModelPrice[];
  canManage: boolean;
  onReplace: (price: ModelPrice) => void;
  onRemove: (price: ModelPrice) => void;
}

const tones: Record<PriceState, Tone> = { current: "ok", future: "accent", past: "quiet" };

export function PriceTable({ prices, canManage, onReplace, onRemove }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = Date.now();
  const optional = (micros: number | null) => (micros === null ? "–" : formats.money(micros));
  return (
    <Table
      label={t("price.title")}
      heading={
        <>
          <Heading>{t("price.model")}</Heading>
          <Heading>{t("price.from")}</Heading>
          <Heading isNumber>{t("price.input")}</Heading>
          <Heading isNumber>{t("price.output")}</Heading>
          <Heading isNumber>{t("price.cachedInput")}</Heading>
          <Heading isNumber>{t("price.cacheWrite")}</Heading>
          {canManage && (
            <Heading>
              <span className="sr-only">{t("price.orders")}</span>
            </Heading>
          )}
        </>
      }
    >
      {sorted(prices).map((price) => {
        const state = stateOf(price, prices, now);
        const name = `${price.platform}/${price.model ?? "*"}`;
        return (
          <tr key={`${name} ${price.valid_from}`}>
            <RowName className="whitespace-nowrap">
              <bdi className="font-mono text-xs">
                {price.platform}/{price.model ?? "*"}
              </bdi>
              {price.model === null && (
                <span className="block font-normal text-muted text-xs">
                  {t("price.everyModel")}
                </span>
              )}
            </RowName>
            <Cell>
              <span className="flex flex-wrap items-center gap-x-2 gap-y-1 whitespace-nowrap">
                <time dateTime={price.valid_from}>{formats.day(price.valid_from)}</time>
                <Badge tone={tones[state]}>{t(`price.state.${state}`)}</Badge>
              </span>
            </Cell>
            {price.is_free ? (
              <Cell isNumber colSpan={4} className="text-muted">
                {t("price.free")}
              </Cell>
            ) : (
              <>
                <Cell isNumber>{formats.money(price.input_micros)}</Cell>
                <Cell isNumber>{formats.money(price.output_micros)}</Cell>
                <Cell isNumber>{optional(price.cached_input_micros)}</Cell>
                <Cell isNumber>{optional(price.cache_write_micros)}</Cell>
              </>
            )}
            {canManage && (
              <Cell isNumber>
                <Button
                  tone="ghost"
                  size="icon"
                  aria-label={t("price.replace", { name })}
                  onClick={() => onReplace(price)}
                >
                  <CalendarPlus aria-hidden />
                </Button>
                <Button
                  tone="ghost"
                  size="icon"
                  aria-label={t("action.removeWhat", {
                    what: `${name}, ${formats.day(price.valid_from)}`,
                  })}
                  onClick={() => onRemove(price)}
                >
                  <Trash2 aria-hidden />
                </Button>
              </Cell>
            )}
          </tr>
        );
      })}
    </Table>
  );
}
