import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { budgetsOptions, pricesOptions, usageOptions } from "@/api/costs";
import { modelsOptions } from "@/api/models";
import { modelGroupsOptions } from "@/api/platforms";
import { useCan } from "@/api/useCan";
import { virtualKeysOptions } from "@/api/virtualKeys";
import { Confirm } from "@/kit/Confirm";
import { usesOf } from "./uses";

interface Props {
  name: string;
  isBusy: boolean;
  onClose: () => void;
  onRemove: () => void;
}

/** Asks before a platform goes, and says who would notice. */
export function RemoveDialog({ name, isBusy, onClose, onRemove }: Props) {
  const { t, i18n } = useTranslation();
  const seesModels = useCan("view_models");
  const seesCosts = useCan("view_costs");
  const seesKeys = useCan("manage_virtual_keys");
  const groups = useQuery({ ...modelGroupsOptions, enabled: seesModels });
  const models = useQuery({ ...modelsOptions, enabled: seesModels });
  const budgets = useQuery({ ...budgetsOptions, enabled: seesCosts });
  const prices = useQuery({ ...pricesOptions, enabled: seesCosts });
  const usage = useQuery({ ...usageOptions({ group_by: "platform" }), enabled: seesCosts });
  const virtualKeys = useQuery({ ...virtualKeysOptions, enabled: seesKeys });
  const queries = [groups, models, budgets, prices, usage, virtualKeys];
  const isLooking = queries.some((query) => query.isLoading);
  // Where one could not look there may be something.
  const isUnknown = queries.some((query) => query.isError);
  const uses = usesOf(name, {
    groups: groups.data ?? [],
    virtualKeys: virtualKeys.data ?? [],
    budgets: budgets.data ?? [],
    prices: prices.data ?? [],
    usage: usage.data,
    defaultModel: models.data?.default ?? null,
  });
  const list = (names: string[]) => new Intl.ListFormat(i18n.language).format(names);
  const lines = [
    uses.isDefault && t("platform.use.default"),
    uses.emptied.length > 0 && t("platform.use.emptied", { names: list(uses.emptied) }),
    uses.groups.length > 0 && t("platform.use.groups", { names: list(uses.groups) }),
    uses.virtualKeys.length > 0 && t("platform.use.keys", { names: list(uses.virtualKeys) }),
    uses.budgets > 0 && t("platform.use.budgets", { count: uses.budgets }),
    uses.prices > 0 && t("platform.use.prices", { count: uses.prices }),
    uses.calls > 0 && t("platform.use.calls", { count: uses.calls }),
    isUnknown && t("platform.use.unknown"),
  ].filter((line) => line !== false);
  return (
    <Confirm
      isOpen
      onClose={onClose}
      onConfirm={onRemove}
      isBusy={isBusy || isLooking}
      title={t("platform.removeTitle", { name })}
      text={
        <>
          {t("platform.removeText")}
          {!isLooking && (
            <span className="mt-3 block">
              {lines.length === 0 ? (
                t("platform.use.none")
              ) : (
                <>
                  <span className="font-medium text-ink">{t("platform.use.title")}</span>
                  {lines.map((line) => (
                    <span key={line} className="mt-1 block border-line border-s-2 ps-2">
                      {line}
                    </span>
                  ))}
                </>
              )}
            </span>
          )}
        </>
      }
      action={t("platform.remove")}
    />
  );
}
