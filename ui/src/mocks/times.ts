// Test double: steps, attempts and instances at times of an execution.
import type { Attempt, Instance, Step } from "@/api/types";
import { at, noUsage } from "./db";
import { usageOf } from "./history";

interface Wish extends Partial<Step> {
  id: string;
  name: string;
  /** Seconds after the start; without an end it goes on. */
  from?: number;
  to?: number;
}

/** Builds steps that happened `minutes` ago. */
export function times(minutes: number) {
  const second = (value: number) => at(minutes - value / 60);
  const attempt = (
    number: number,
    from: number,
    to: number | null,
    more: Partial<Attempt> = {},
  ): Attempt => ({
    number,
    status: to === null ? "running" : "completed",
    started_at: second(from),
    finished_at: to === null ? null : second(to),
    error: null,
    usage: noUsage,
    calls: [],
    ...more,
  });
  const instance = (
    index: number,
    label: string,
    attempts: Attempt[],
    output: Instance["output"],
  ): Instance => ({
    index,
    label,
    status: attempts.at(-1)?.status ?? "pending",
    output,
    result_id: `res_01kr${index}`,
    attempts,
  });
  const step = ({ from, to, ...more }: Wish): Step => {
    const instances = more.instances ?? [];
    const calls = instances.flatMap((each) => each.attempts.flatMap((one) => one.calls));
    return {
      kind: "agent",
      status: from === undefined ? "pending" : to === undefined ? "running" : "completed",
      needs: [],
      agent: null,
      command: null,
      tool: null,
      fan_out: false,
      error: null,
      started_at: from === undefined ? null : second(from),
      finished_at: to === undefined ? null : second(to),
      usage: usageOf(calls),
      instances,
      ...more,
    };
  };
  return { second, attempt, instance, step };
}
