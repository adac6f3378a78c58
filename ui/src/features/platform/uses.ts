// What would notice that a platform is gone. Pure.
import type { Budget, ModelGroup, ModelPrice, UsageReport, VirtualKey } from "@/api/gateway";

export interface Known {
  groups: ModelGroup[];
  virtualKeys: VirtualKey[];
  budgets: Budget[];
  prices: ModelPrice[];
  usage: UsageReport | undefined;
  /** The model that answers when nobody names one, as `platform/model`. */
  defaultModel: string | null;
}

export interface Uses {
  /** Groups that lose a model and keep others. */
  groups: string[];
  /** Groups of which nothing is left. */
  emptied: string[];
  virtualKeys: string[];
  budgets: number;
  prices: number;
  calls: number;
  isDefault: boolean;
}

export function usesOf(platform: string, known: Known): Uses {
  const begins = `${platform}/`;
  const touched = known.groups.filter((group) =>
    group.targets.some((target) => target.platform === platform),
  );
  const isEmptied = (group: ModelGroup) =>
    group.targets.every((target) => target.platform === platform);
  return {
    groups: touched.filter((group) => !isEmptied(group)).map((group) => group.name),
    emptied: touched.filter(isEmptied).map((group) => group.name),
    virtualKeys: known.virtualKeys
      .filter((key) => !key.revoked_at && key.models.some((model) => model.startsWith(begins)))
      .map((key) => key.name),
    budgets: known.budgets.filter((one) => one.scope === "provider" && one.scope_id === platform)
      .length,
    prices: known.prices.filter((price) => price.platform === platform).length,
    calls: known.usage?.items.find((line) => line.key === platform)?.calls ?? 0,
    isDefault: known.defaultModel?.startsWith(begins) ?? false,
  };
}
