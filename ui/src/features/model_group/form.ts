// The form of a model group. Pure.
import type { GroupTarget, ModelGroup, ModelGroupWish, Strategy } from "@/api/gateway";
import { fromMicros, toCount, toMicros } from "@/lib/amount";

export interface TargetForm {
  /** Only to tell lines apart while they move. */
  key: number;
  platform: string;
  model: string;
  weight: string;
}

export interface GroupForm {
  name: string;
  strategy: Strategy;
  targets: TargetForm[];
  /** Seconds; empty asks only one model at a time. */
  hedge: string;
  isEnabled: boolean;
}

export type Fault = "required" | "integer" | "amount" | "name";

const line = (key: number, target?: GroupTarget): TargetForm => ({
  key,
  platform: target?.platform ?? "",
  model: target?.model ?? "",
  weight: String(target?.weight ?? 1),
});

export const withTarget = (targets: TargetForm[]): TargetForm[] => [
  ...targets,
  line(Math.max(0, ...targets.map((each) => each.key)) + 1),
];

/** The targets as they are tried. */
export const inOrder = (targets: readonly GroupTarget[]): GroupTarget[] =>
  [...targets].sort((one, other) => one.order - other.order);

export const newGroup = (): GroupForm => ({
  name: "",
  strategy: "priority",
  targets: [line(1)],
  hedge: "",
  isEnabled: true,
});

export const formOf = (group: ModelGroup): GroupForm => ({
  name: group.name,
  strategy: group.strategy,
  targets: inOrder(group.targets).map((target, index) => line(index + 1, target)),
  hedge: group.hedge_after_ms === null ? "" : fromMicros(group.hedge_after_ms * 1_000),
  isEnabled: group.is_enabled,
});

export function readGroup(form: GroupForm): {
  wish: ModelGroupWish;
  faults: Partial<Record<string, Fault>>;
} {
  const faults: Partial<Record<string, Fault>> = {};
  const name = form.name.trim();
  if (name === "") faults.name = "required";
  else if (!/^[A-Za-z0-9._:@-]+$/.test(name)) faults.name = "name";
  const targets = form.targets.map((target, order): GroupTarget => {
    const weight = toCount(target.weight);
    if (target.platform === "" || target.model.trim() === "") {
      faults[`targets[${order}]`] = "required";
    }
    if (weight === null && form.strategy === "weighted") {
      faults[`targets[${order}].weight`] = "integer";
    }
    return { platform: target.platform, model: target.model.trim(), order, weight: weight ?? 1 };
  });
  const hedge = form.hedge.trim() === "" ? null : toMicros(form.hedge);
  if (hedge === null && form.hedge.trim() !== "") faults.hedge_after_ms = "amount";
  return {
    wish: {
      name,
      strategy: form.strategy,
      targets,
      // A hedge needs somebody else to ask.
      hedge_after_ms:
        hedge === null || form.targets.length < 2 ? null : Math.max(1, Math.round(hedge / 1_000)),
      is_enabled: form.isEnabled,
    },
    faults,
  };
}
