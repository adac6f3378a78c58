// Where bars stand on the time line of an execution. Pure.

import type { Attempt, ExecutionDetail, Step } from "@/api/types";
import { type StepStatus, toStepStatus } from "./status";

export interface Bar {
  startPercent: number;
  widthPercent: number;
  status: StepStatus;
}

export interface Span {
  from: number;
  to: number;
}

/** The stretch of time that the whole width stands for; a running execution ends now. */
export function spanOf(execution: ExecutionDetail, now: number): Span {
  const from = Date.parse(execution.started_at ?? execution.created_at);
  const to = execution.finished_at ? Date.parse(execution.finished_at) : now;
  return { from, to: Math.max(to, from + 1) };
}

export function barOf(attempt: Attempt, span: Span): Bar {
  const total = span.to - span.from;
  const start = Math.min(span.to, Math.max(span.from, Date.parse(attempt.started_at)));
  const end = attempt.finished_at ? Date.parse(attempt.finished_at) : span.to;
  const startPercent = ((start - span.from) / total) * 100;
  const widthPercent = Math.max(0.5, ((Math.min(end, span.to) - start) / total) * 100);
  return {
    startPercent: Math.min(startPercent, 99.5),
    widthPercent: Math.min(widthPercent, 100 - Math.min(startPercent, 99.5)),
    status: toStepStatus(attempt.status),
  };
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
