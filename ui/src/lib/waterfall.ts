// Where bars stand on the time line of an execution. Pure.

import type { Attempt, ExecutionDetail, Instance, Step } from "@/api/types";
import { isOpen, type StepStatus, toStepStatus } from "./status";

/** What the time of a bar was: work, waiting for a time or a signal, for people, or for a retry. */
export type BarKind = "work" | "wait" | "approval" | "backoff";

export interface Bar {
  startPercent: number;
  widthPercent: number;
  status: StepStatus;
  kind: BarKind;
}

export interface Span {
  from: number;
  to: number;
}

interface Stretch {
  started_at: string | null;
  finished_at: string | null;
  status: string;
}

/** The stretch of time that the whole width stands for; a running execution ends now. */
export function spanOf(execution: ExecutionDetail, now: number): Span {
  const from = Date.parse(execution.started_at ?? execution.created_at);
  const to = execution.finished_at ? Date.parse(execution.finished_at) : now;
  return { from, to: Math.max(to, from + 1) };
}

export function barOf(stretch: Stretch, span: Span, kind: BarKind = "work"): Bar {
  const total = span.to - span.from;
  const begun = Date.parse(stretch.started_at ?? "");
  const start = Math.min(span.to, Math.max(span.from, Number.isNaN(begun) ? span.from : begun));
  const end = stretch.finished_at ? Date.parse(stretch.finished_at) : span.to;
  const startPercent = Math.min(((start - span.from) / total) * 100, 99.5);
  const widthPercent = Math.max(0.5, ((Math.min(end, span.to) - start) / total) * 100);
  return {
    startPercent,
    widthPercent: Math.min(widthPercent, 100 - startPercent),
    status: toStepStatus(stretch.status),
    kind,
  };
}

const kindOf = (step: Step, status: string): BarKind => {
  if (step.kind === "approval" || status === "waiting_approval") return "approval";
  return step.kind === "wait" || status === "waiting" ? "wait" : "work";
};

function attemptBars(step: Step, attempts: Attempt[], span: Span): Bar[] {
  return attempts.flatMap((attempt, at) => {
    const bar = barOf(attempt, span, kindOf(step, attempt.status));
    const next = attempts[at + 1];
    if (!next || !attempt.finished_at) return [bar];
    const pause = {
      started_at: attempt.finished_at,
      finished_at: next.started_at,
      status: "waiting",
    };
    return [bar, barOf(pause, span, "backoff")];
  });
}

/** More bars than this over each other show no more than their extent does. */
const mostBars = 100;

/** All bars of a step, with the pauses between its attempts; steps that only wait have one. */
export function barsOf(step: Step, instances: Instance[], span: Span): Bar[] {
  if (instances.length > mostBars) return [barOf(step, span)];
  const bars = instances.flatMap((instance) => attemptBars(step, instance.attempts, span));
  if (bars.length > 0 || step.started_at === null) return bars;
  if (step.finished_at === null && !isOpen(step.status)) return bars;
  return [barOf(step, span, kindOf(step, step.status))];
}

/** Steps in the order in which they happened; those still to come stay in plan order. */
export function inOrder(steps: Step[]): Step[] {
  return steps
    .map((step, at) => ({ step, at }))
    .sort((a, b) => startOf(a.step) - startOf(b.step) || a.at - b.at)
    .map(({ step }) => step);
}

const startOf = (step: Step) =>
  step.started_at ? Date.parse(step.started_at) : Number.MAX_SAFE_INTEGER;
