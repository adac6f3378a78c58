// Test double: executions that ended before the page was opened.
import type { Attempt, Call, ExecutionDetail, Instance, Step } from "@/api/types";
import { at, noUsage } from "./db";
import { analysis, epics } from "./stories";

const model = "local/qwen2.5-coder-0.5b";
const startMinutes = 181;
const second = (value: number) => at(startMinutes - value / 60);

export function call(id: string, changes: Partial<Call> = {}): Call {
  return {
    id,
    model,
    provider: "local",
    scripted: false,
    repair: false,
    input_tokens: 612,
    output_tokens: 204,
    cost_micros: 0,
    estimated: false,
    duration_ms: 8_400,
    started_at: second(0),
    outcome: "ok",
    error: null,
    ...changes,
  };
}

export function usageOf(calls: Call[]) {
  return calls.reduce(
    (sum, each) => ({
      model_calls: sum.model_calls + 1,
      input_tokens: sum.input_tokens + each.input_tokens,
      output_tokens: sum.output_tokens + each.output_tokens,
      cost_micros: sum.cost_micros + each.cost_micros,
    }),
    noUsage,
  );
}

const fault = (code: string, message: string) => ({ code, message, step: null });

export function attempt(
  number: number,
  from: number,
  to: number,
  changes: Partial<Attempt>,
): Attempt {
  const calls = changes.calls ?? [];
  return {
    number,
    status: "completed",
    started_at: second(from),
    finished_at: second(to),
    error: null,
    usage: usageOf(calls),
    calls,
    ...changes,
  };
}

export function instance(
  index: number,
  label: string,
  attempts: Attempt[],
  output: Instance["output"],
): Instance {
  const status = attempts.at(-1)?.status === "failed" ? "failed" : "completed";
  return { index, label, status, output, result_id: `res_01k${index}`, attempts };
}

export function step(
  id: string,
  name: string,
  needs: string[],
  instances: Instance[],
  changes: Partial<Step>,
): Step {
  const attempts = instances.flatMap((each) => each.attempts);
  return {
    id,
    name,
    kind: "agent",
    status: instances.some((each) => each.status === "failed") ? "failed" : "completed",
    needs,
    agent: "business-analyst",
    command: null,
    tool: null,
    fan_out: instances.length > 1,
    error: null,
    started_at: attempts[0]?.started_at ?? null,
    finished_at: attempts.at(-1)?.finished_at ?? null,
    usage: usageOf(attempts.flatMap((each) => each.calls)),
    instances,
    ...changes,
  };
}

export function execution(
  id: string,
  steps: Step[],
  changes: Partial<ExecutionDetail>,
): ExecutionDetail {
  const calls = steps.flatMap((each) =>
    each.instances.flatMap((one) => one.attempts.flatMap((try_) => try_.calls)),
  );
  const done = steps.filter((each) => each.status === "completed").length;
  return {
    id,
    workflow: { slug: "idea_to_backlog", name: "Idea to backlog", revision: null },
    project: "CLINIC",
    charged_to: null,
    title: "A clinic needs online appointment booking with SMS reminders",
    status: "completed",
    inputs: { idea: "A clinic needs online appointment booking with SMS reminders." },
    outputs: null,
    error: null,
    progress: {
      percent: (done / steps.length) * 100,
      total_steps: steps.length,
      completed_steps: done,
      failed_steps: steps.filter((each) => each.status === "failed").length,
      running: [],
    },
    priority: "medium",
    model,
    scripted: false,
    recovered: 0,
    usage: usageOf(calls),
    started_by: { kind: "user", name: "Hisham Sait" },
    created_at: second(-1),
    started_at: second(0),
    finished_at: second(52),
    steps,
    ...changes,
  };
}

export function finishedExecutions(): ExecutionDetail[] {
  const analyse = step(
    "analyse",
    "Analyse the idea",
    [],
    [
      instance(0, "", [attempt(1, 0, 11, { calls: [call("c1", { duration_ms: 10_600 })] })], {
        analysis,
      }),
    ],
    { command: "analyse-idea" },
  );
  const plan = step(
    "epics",
    "Plan the epics",
    ["analyse"],
    [
      instance(
        0,
        "",
        [
          attempt(1, 11, 15, {
            status: "failed",
            error: fault("interrupted", "the server stopped during this attempt"),
            calls: [],
          }),
          attempt(2, 18, 27, {
            calls: [
              call("c2", { duration_ms: 4_900 }),
              call("c3", { repair: true, duration_ms: 3_700, input_tokens: 880 }),
            ],
          }),
        ],
        { epics: epics.map(({ title, description }) => ({ title, description })) },
      ),
    ],
    { command: "plan-epics" },
  );
  const write = step(
    "stories",
    "Write the stories",
    ["epics"],
    epics.map((epic, index) =>
      instance(
        index,
        epic.title,
        [
          attempt(1, 27 + index * 4, 40 + index * 5, {
            calls: [call(`s${index}`, { duration_ms: 11_000 + index * 900 })],
          }),
        ],
        { stories: epic.stories },
      ),
    ),
    { command: "write-stories" },
  );
  const place = step(
    "place",
    "Put them on the board",
    ["stories"],
    [instance(0, "", [attempt(1, 50.5, 52, {})], { created: 11 })],
    { kind: "tool", agent: null, tool: "create_work_items" },
  );
  const broken = step(
    "analyse",
    "Analyse the idea",
    [],
    [
      instance(
        0,
        "",
        [
          attempt(1, 0, 20, {
            status: "failed",
            error: fault(
              "invalid_answer",
              'the answer of "local/qwen2.5-coder-0.5b" is not valid: missing field "actors"',
            ),
            calls: [
              call("f1"),
              call("f2", {
                repair: true,
                outcome: "error",
                error: "the model server closed the connection",
              }),
            ],
          }),
        ],
        null,
      ),
    ],
    {
      command: "analyse-idea",
      error: fault(
        "invalid_answer",
        'answer did not match the schema of "analyse-idea" after one repair',
      ),
    },
  );
  return [
    execution("exe_01kdone", [analyse, plan, write, place], { recovered: 1 }),
    execution(
      "exe_01kfail",
      [broken, { ...plan, status: "skipped", instances: [], started_at: null, finished_at: null }],
      {
        status: "failed",
        project: "SHOP",
        title: "Orders for the bakery",
        inputs: { idea: "Orders for the bakery" },
        finished_at: second(20),
        error: {
          code: "invalid_answer",
          message:
            'step "analyse" failed: answer did not match the schema of "analyse-idea" after one repair',
          step: "analyse",
        },
      },
    ),
    execution("exe_01kstop", [analyse], {
      status: "cancelled",
      scripted: true,
      title: "Rehearsal of the library idea",
      finished_at: second(12),
    }),
  ];
}
