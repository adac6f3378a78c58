import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { CircleDollarSign, FileUp, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { deletePrice, pricesOptions } from "@/api/costs";
import type { ModelPrice } from "@/api/gateway";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { EmptyState } from "@/kit/EmptyState";
import { Field } from "@/kit/Field";
import { Loaded } from "@/kit/Loaded";
import { Select } from "@/kit/Select";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { useFormats } from "@/lib/useFormats";
import { ImportDialog } from "./ImportDialog";
import { PriceDialog } from "./PriceDialog";
import { PriceTable } from "./PriceTable";
import { RulePanel } from "./RulePanel";

/** Prices that win over those that come with the program, and the rule for what has none. */
export function PricesView() {
  const { t } = useTranslation();
  const formats = useFormats();
  const queryClient = useQueryClient();
  const { platform } = useSearch({ from: "/shell/platform-pages/admin/prices" });
  const navigate = useNavigate({ from: "/admin/prices" });
  const query = useQuery(pricesOptions);
  const canManage = useCan("manage_platforms");
  const [given, setGiven] = useState<Partial<ModelPrice> | null>(null);
  const [isImporting, setImporting] = useState(false);
  const [asking, setAsking] = useState<ModelPrice | null>(null);
  const remove = useMutation({
    mutationFn: deletePrice,
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(null);
      void queryClient.invalidateQueries({ queryKey: keys.prices });
    },
  });
  const orders = canManage && (
    <div className="flex flex-wrap gap-2">
      <Button onClick={() => setImporting(true)}>
        <FileUp aria-hidden />
        {t("price.import")}
      </Button>
      <Button tone="primary" onClick={() => setGiven({ platform })}>
        <Plus aria-hidden />
        {t("price.new")}
      </Button>
    </div>
  );
  return (
    <div className="flex flex-col gap-6">
      <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
        {(all) => {
          const names = [...new Set(all.map((each) => each.platform))].sort();
          const shown = all.filter((each) => !platform || each.platform === platform);
          return (
            <section>
              {(all.length > 0 || platform) && (
                <div className="mb-4 flex flex-wrap items-start justify-between gap-2">
                  <Field label={t("health.filter")} isLabelHidden className="w-48">
                    {(control) => (
                      <Select
                        {...control}
                        value={platform ?? ""}
                        onChange={(event) =>
                          void navigate({
                            search: { platform: event.target.value || undefined },
                            replace: true,
                          })
                        }
                      >
                        <option value="">{t("health.all")}</option>
                        {platform && !names.includes(platform) && (
                          <option value={platform}>{platform}</option>
                        )}
                        {names.map((name) => (
                          <option key={name} value={name}>
                            {name}
                          </option>
                        ))}
                      </Select>
                    )}
                  </Field>
                  {shown.length > 0 && orders}
                </div>
              )}
              {shown.length === 0 ? (
                <EmptyState
                  icon={CircleDollarSign}
                  title={t("price.none")}
                  text={t("price.noneText")}
                >
                  {orders}
                </EmptyState>
              ) : (
                <>
                  <PriceTable
                    prices={shown}
                    canManage={canManage}
                    onReplace={setGiven}
                    onRemove={setAsking}
                  />
                  <p className="mt-2 text-muted text-xs">{t("price.perMillionText")}</p>
                </>
              )}
              {isImporting && <ImportDialog known={all} onClose={() => setImporting(false)} />}
            </section>
          );
        }}
      </Loaded>
      {canManage && <RulePanel />}
      {given && <PriceDialog given={given} onClose={() => setGiven(null)} />}
      <Confirm
        isOpen={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => asking && remove.mutate(asking)}
        isBusy={remove.isPending}
        title={t("price.removeTitle", {
          name: asking ? `${asking.platform}/${asking.model ?? "*"}` : "",
          date: asking ? formats.day(asking.valid_from) : "",
        })}
        text={t("price.removeText")}
        action={t("platform.remove")}
      />
    </div>
  );
}
