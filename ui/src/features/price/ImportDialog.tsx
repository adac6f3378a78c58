import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleX, FileUp, RefreshCw } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { setPrices } from "@/api/costs";
import type { ModelPrice } from "@/api/gateway";
import { keys } from "@/api/keys";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { Snippet } from "@/kit/Snippet";
import { Cell, Heading, RowName, Table } from "@/kit/Table";
import { Textarea } from "@/kit/Textarea";
import { useFormats } from "@/lib/useFormats";
import { columns, type PriceRow, readPrices } from "./csv";
import { isSame } from "./state";

interface Props {
  /** The prices there are: a row may replace one. */
  known: readonly ModelPrice[];
  onClose: () => void;
}

/** So many rows are shown; all of them are read. */
const shownRows = 200;

const example = `${columns.slice(0, 6).join(",")}
openai,gpt-4.1-mini,2026-01-31,,400000,1600000
my-server,,2026-01-31,true,,`;

/** A table of prices: read and shown with what is wrong in it, then taken as a whole. */
export function ImportDialog({ known, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const file = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const table = text.trim() === "" ? null : readPrices(text);
  const rows = table?.rows ?? [];
  const wrong = rows.filter((row) => row.fault !== null);
  const good = rows.flatMap((row) => (row.price ? [row.price] : []));
  const load = useMutation({
    mutationFn: setPrices,
    onSuccess: ({ imported }) => {
      toast.success(t("price.imported", { count: imported }));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.prices }),
  });
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={t("price.import")}
      description={t("price.importText")}
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
        <div className="flex flex-wrap items-center gap-3">
          <Button onClick={() => file.current?.click()}>
            <FileUp aria-hidden />
            {t("price.chooseFile")}
          </Button>
          <input
            ref={file}
            type="file"
            accept=".csv,text/csv"
            className="sr-only"
            tabIndex={-1}
            aria-label={t("price.chooseFile")}
            onChange={async (event) => {
              const chosen = event.target.files?.[0];
              if (chosen) setText(await chosen.text());
              event.target.value = "";
            }}
          />
        </div>
        <Field label={t("price.table")} hint={t("price.tableHint")}>
          {(control) => (
            <Textarea
              {...control}
              dir="ltr"
              rows={4}
              spellCheck={false}
              className="max-h-40 font-mono text-xs"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        {table === null && <Snippet text={example} what={t("price.example")} />}
        {table?.fault && (
          <Notice tone="danger" role="alert">
            {t(`price.tableFault.${table.fault}`, { detail: table.detail })}
          </Notice>
        )}
        {rows.length > 0 && (
          <>
            <p role="status" className="text-sm">
              {t("price.rowsGood", { count: good.length })}
              {wrong.length > 0 && (
                <span className="font-medium text-danger">
                  {" "}
                  {t("price.rowsWrong", { count: wrong.length })}
                </span>
              )}
            </p>
            <Preview rows={[...wrong, ...rows.filter((row) => !row.fault)]} known={known} />
          </>
        )}
        <ProblemNotice error={load.error} />
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button
            tone="primary"
            disabled={good.length === 0 || wrong.length > 0}
            isBusy={load.isPending}
            onClick={() => load.mutate(good)}
          >
            {t("price.importAll")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

/** What is wrong comes first, because it must be mended. */
function Preview({ rows, known }: { rows: PriceRow[]; known: readonly ModelPrice[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  return (
    <>
      <Table
        label={t("price.preview")}
        className="max-h-72 shrink-0"
        heading={
          <>
            <Heading isNumber>{t("price.line")}</Heading>
            <Heading>{t("price.model")}</Heading>
            <Heading>{t("price.from")}</Heading>
            <Heading isNumber>{t("price.input")}</Heading>
            <Heading isNumber>{t("price.output")}</Heading>
            <Heading>{t("price.outcome")}</Heading>
          </>
        }
      >
        {rows.slice(0, shownRows).map((row) => (
          <tr key={row.line} className={row.fault ? "bg-danger-soft" : undefined}>
            <Cell isNumber className="text-muted">
              {formats.number(row.line)}
            </Cell>
            <RowName className="font-mono font-normal text-xs">
              <bdi>
                {row.cells.platform}/{row.cells.model || "*"}
              </bdi>
            </RowName>
            <Cell className="whitespace-nowrap text-xs">
              <bdi>{row.cells.valid_from}</bdi>
            </Cell>
            <Cell isNumber>{row.price ? formats.money(row.price.input_micros) : "–"}</Cell>
            <Cell isNumber>{row.price ? formats.money(row.price.output_micros) : "–"}</Cell>
            <Cell className="min-w-44">
              <Outcome row={row} known={known} />
            </Cell>
          </tr>
        ))}
      </Table>
      {rows.length > shownRows && (
        <p className="text-muted text-xs">
          {t("price.moreRows", { count: rows.length - shownRows })}
        </p>
      )}
    </>
  );
}

function Outcome({ row, known }: { row: PriceRow; known: readonly ModelPrice[] }) {
  const { t } = useTranslation();
  const { price, fault } = row;
  if (fault) {
    return (
      <span className="flex items-start gap-1.5 text-danger text-xs">
        <CircleX className="mt-0.5 size-3.5 shrink-0" aria-hidden />
        <span>
          {row.at && <code className="font-mono">{row.at}</code>} {t(`price.fault.${fault}`)}
        </span>
      </span>
    );
  }
  if (price && known.some((each) => isSame(each, price))) {
    return (
      <Badge tone="warn">
        <RefreshCw aria-hidden />
        {t("price.replaces")}
      </Badge>
    );
  }
  return (
    <Badge tone="ok">
      <CircleCheck aria-hidden />
      {t("price.adds")}
    </Badge>
  );
}
