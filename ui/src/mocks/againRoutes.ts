// Test double: executions that continue others, and what can be read about one.
import type { ExecutionDetail, Step } from "@/api/types";
import type { Linked } from "@/api/workflow-engine";
import { isFinal } from "../lib/status";
import { json, notFound, problem } from "./answer";
import { type Db, nextId } from "./db";
import { releaseGraph } from "./release";
import { type Route, route } from "./route";

const find = (db: Db, id = "") => db.executions.find((execution) => execution.id === id);

const now = () => new Date().toISOString();

function linked(db: Db, from: ExecutionDetail, mode: Linked, changes: Partial<ExecutionDetail>) {
  const made: ExecutionDetail = {
    ...structuredClone(from),
    id: nextId(db, "exe"),
    status: "completed",
    trigger: mode,
    error: null,
    origin: { execution_id: from.id, mode },
    parent: null,
    children: [],
    continued_by: [],
    created_at: now(),
    ...changes,
  };
  db.executions.unshift(made);
  from.continued_by = [
    ...(from.continued_by ?? []),
    { execution_id: made.id, mode, status: made.status },
  ];
  const { steps: _, ...execution } = made;
  return json(execution, 202);
}

/** The engine's reasons not to continue an execution. */
function refusal({ id, status, steps, continued_by }: ExecutionDetail, mode: Linked) {
  const undoing = continued_by?.find((each) => each.mode === "rollback");
  if (undoing?.status === "failed") {
    return `execution ${undoing.execution_id} was to undo what execution ${id} did and ended before that; roll it back to undo the rest, or fork it`;
  }
  if (undoing) {
    return `another execution has undone what execution ${id} did; start it anew`;
  }
  if (!isFinal(status)) {
    return `the execution is ${status}; wait for its end or cancel it first`;
  }
  if (mode === "retry" && steps.every((step) => step.compensates || step.status === "completed")) {
    return "every step ended well, so there is nothing to retry; resume from a step instead";
  }
  const canUndo = steps.some((step) => step.undone_by && step.status === "completed");
  return mode === "rollback" && !canUndo
    ? 'nothing that it did can be undone; give steps a "compensate"'
    : null;
}

function again(path: string, mode: Linked): Route {
  return route("POST", `/api/v1/executions/{id}/${path}`, async ({ db, params, request }) => {
    const execution = find(db, params.id);
    if (!execution) return notFound("execution", params.id ?? "");
    const refused = refusal(execution, mode);
    if (refused) return problem(409, "invalid_state", refused);
    const body = await request.json();
    return linked(db, execution, mode, {
      inputs: { ...execution.inputs, ...body.inputs },
      status: mode === "rollback" ? "rolled_back" : "completed",
    });
  });
}

/** Facts that would have led to these steps. */
function journalOf(execution: ExecutionDetail) {
  const facts: { at: string; kind: string; body: Record<string, unknown> }[] = [
    { at: execution.created_at, kind: "execution_created", body: { inputs: execution.inputs } },
  ];
  const add = (at: string | null, kind: string, step: Step, more: object = {}) => {
    if (at) facts.push({ at, kind, body: { step: step.id, ...more } });
  };
  for (const step of execution.steps) {
    for (const instance of step.instances) {
      for (const attempt of instance.attempts) {
        const place = { instance: instance.index, attempt: attempt.number };
        add(attempt.started_at, "attempt_started", step, place);
        add(attempt.finished_at, `attempt_${attempt.status}`, step, {
          ...place,
          error: attempt.error ?? undefined,
        });
      }
    }
    add(step.finished_at, `step_${step.status}`, step);
  }
  if (execution.finished_at) {
    facts.push({ at: execution.finished_at, kind: `execution_${execution.status}`, body: {} });
  }
  return facts
    .sort((a, b) => a.at.localeCompare(b.at))
    .map((fact, index) => ({ seq: index + 1, ...fact }));
}

export const againRoutes: Route[] = [
  again("retry", "retry"),
  again("resume-from", "resume"),
  again("fork", "fork"),
  again("rollback", "rollback"),
  route("POST", "/api/v1/executions/{id}/signals", async ({ request }) => {
    const { name } = await request.json();
    return name === "wrong" ? problem(400, "validation", "nothing waits for it") : json({}, 202);
  }),
  route("GET", "/api/v1/executions/{id}/journal", ({ db, params }) => {
    const execution = find(db, params.id);
    if (!execution) return notFound("execution", params.id ?? "");
    return json({ items: journalOf(execution), next: null });
  }),
  route("GET", "/api/v1/executions/{id}/graph", ({ db, params }) => {
    const execution = find(db, params.id);
    if (!execution) return notFound("execution", params.id ?? "");
    if (execution.workflow.slug === "release_process") return json(releaseGraph);
    return json({
      nodes: execution.steps.map(({ id, name, kind }) => ({ id, name, kind })),
      edges: execution.steps.flatMap((step) =>
        step.needs.map((from) => ({ from, to: step.id, kind: "need" })),
      ),
    });
  }),
  route("GET", "/api/v1/executions/{id}/checkpoints", ({ db, params }) => {
    const steps = find(db, params.id)?.steps ?? [];
    return json({
      items: steps
        .filter((step) => step.checkpoint && step.finished_at)
        .map((step, index) => ({
          seq: 10 * (index + 1),
          step: step.id,
          name: typeof step.checkpoint === "string" ? step.checkpoint : null,
          at: step.finished_at,
        })),
      next: null,
    });
  }),
  route("GET", "/api/v1/executions/{id}/steps/{step}", ({ db, params }) => {
    const execution = find(db, params.id);
    const step = execution?.steps.find((each) => each.id === params.step);
    if (!execution || !step) return notFound("step", params.step ?? "");
    return json({
      id: step.id,
      inputs: { version: execution.inputs.version, command: step.command },
      outputs: step.instances[0]?.output ?? null,
    });
  }),
];
