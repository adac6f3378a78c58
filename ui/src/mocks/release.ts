// Test double: a release that waits for people, and what became of two others.
import type { ExecutionDetail, Step } from "@/api/types";
import type { Graph } from "@/api/workflow-engine";
import { at } from "./db";
import { call, usageOf } from "./history";
import { times } from "./times";

const model = "local/qwen2.5-coder-0.5b";

export const releaseGraph: Graph = {
  nodes: [
    { id: "notes", name: "Write the release notes", kind: "agent" },
    { id: "tests", name: "Test every service", kind: "tool" },
    { id: "review", name: "Review the changes", kind: "agent" },
    { id: "good", name: "Good enough?", kind: "gate" },
    { id: "soak", name: "Watch staging for ten minutes", kind: "wait" },
    { id: "go", name: "Go or no go", kind: "approval" },
    { id: "deploy", name: "Deploy to production", kind: "workflow" },
    { id: "tell", name: "Tell the team what went wrong", kind: "agent" },
  ],
  edges: [
    { from: "notes", to: "review", kind: "need" },
    { from: "tests", to: "good", kind: "need" },
    { from: "review", to: "good", kind: "need" },
    { from: "good", to: "review", kind: "back" },
    { from: "good", to: "soak", kind: "need" },
    { from: "soak", to: "go", kind: "need" },
    { from: "go", to: "deploy", kind: "need" },
    { from: "deploy", to: "tell", kind: "error" },
  ],
};

function releaseSteps(minutes: number): Step[] {
  const { attempt, instance, step } = times(minutes);
  const services = ["booking", "reminders", "front-desk"];
  return [
    step({
      id: "notes",
      name: "Write the release notes",
      agent: "release-manager",
      command: "write_release_notes",
      from: 0,
      to: 24,
      checkpoint: "notes",
      undone_by: "notes.compensate",
      instances: [
        instance(0, "", [attempt(1, 0, 24, { agent: "release-manager", calls: [call("r1")] })], {
          notes: "## 1.4.0\n- Book a slot in two taps\n- Reminders by SMS",
        }),
      ],
    }),
    step({
      id: "tests",
      name: "Test every service",
      kind: "tool",
      tool: "run_tests",
      fan_out: true,
      from: 0,
      to: 95,
      instances: services.map((name, index) =>
        instance(
          index,
          name,
          index === 1
            ? [
                attempt(1, 2, 30, {
                  status: "failed",
                  error: {
                    code: "timeout",
                    message: "the tests of reminders took longer than 30 s",
                    step: "tests",
                  },
                }),
                attempt(2, 45, 95),
              ]
            : [attempt(1, index * 3, 40 + index * 9)],
          { passed: 120 + index, failed: 0 },
        ),
      ),
    }),
    step({
      id: "review",
      name: "Review the changes",
      needs: ["notes"],
      agent: "code-reviewer",
      command: "review_changes",
      from: 24,
      to: 150,
      rounds: 2,
      instances: [
        instance(
          0,
          "",
          [
            attempt(1, 24, 60, { agent: "code-reviewer", calls: [call("r2")] }),
            attempt(2, 98, 150, { agent: "code-reviewer", calls: [call("r3")], deaths: 1 }),
          ],
          { score: 8.6, comments: ["Name the timeout in the error message."] },
        ),
      ],
    }),
    step({
      id: "good",
      name: "Good enough?",
      kind: "gate",
      needs: ["tests", "review"],
      from: 150,
      to: 151,
      rounds: 2,
    }),
    step({
      id: "soak",
      name: "Watch staging for ten minutes",
      kind: "wait",
      needs: ["good"],
      from: 151,
      to: 751,
      checkpoint: true,
    }),
    step({
      id: "go",
      name: "Go or no go",
      kind: "approval",
      needs: ["soak"],
      from: 751,
      status: "waiting_approval",
    }),
    step({
      id: "deploy",
      name: "Deploy to production",
      kind: "workflow",
      tool: "deploy_service",
      undone_by: "deploy.compensate",
      needs: ["go"],
    }),
    step({
      id: "tell",
      name: "Tell the team what went wrong",
      agent: "support",
      command: "write_incident_note",
      needs: ["deploy"],
    }),
  ];
}

function release(
  id: string,
  minutes: number,
  steps: Step[],
  changes: Partial<ExecutionDetail>,
): ExecutionDetail {
  const isWork = (step: Step) => !step.compensates;
  const done = steps.filter((step) => isWork(step) && step.status === "completed").length;
  const work = steps.filter(isWork).length;
  return {
    id,
    workflow: { slug: "release_process", name: "Release process", revision: 3 },
    project: "CLINIC",
    charged_to: { item: "CLINIC-3", epic: "CLINIC-1", sprint: null },
    title: "Release 1.4.0 of the clinic",
    status: "waiting_approval",
    inputs: {
      version: "1.4.0",
      services: ["booking", "reminders", "front-desk"],
      dry_run: false,
      notes: "First release with reminders.",
    },
    outputs: null,
    error: null,
    progress: {
      percent: Math.round((done / work) * 100),
      total_steps: work,
      completed_steps: done,
      failed_steps: steps.filter((step) => step.status === "failed").length,
      running: steps.filter((step) => step.status.startsWith("waiting")).map((step) => step.id),
    },
    priority: "high",
    model,
    scripted: false,
    recovered: 0,
    usage: usageOf(
      steps.flatMap((step) =>
        step.instances.flatMap((each) => each.attempts.flatMap((one) => one.calls)),
      ),
    ),
    started_by: { kind: "user", name: "Hisham Sait" },
    created_at: at(minutes),
    started_at: at(minutes),
    finished_at: null,
    trigger: "schedule",
    origin: null,
    parent: null,
    children: [],
    continued_by: [],
    steps,
    ...changes,
  };
}

/** The same, `minutes` ago: people said yes, and then the deployment failed. */
function failedSteps(minutes: number): Step[] {
  const end = at(minutes - 15);
  return releaseSteps(minutes).map((step): Step => {
    if (step.id === "go") return { ...step, status: "completed", finished_at: end };
    if (step.id === "deploy") {
      const message = "the health check of booking did not answer within 60 s";
      return {
        ...step,
        status: "failed",
        started_at: end,
        finished_at: at(minutes - 17),
        error: { code: "sub_workflow_failed", message, step: "deploy" },
      };
    }
    if (step.id === "tell") {
      return {
        ...step,
        status: "completed",
        started_at: at(minutes - 17),
        finished_at: at(minutes - 18),
      };
    }
    return step;
  });
}

export function releases(): ExecutionDetail[] {
  const waiting = releaseSteps(18);
  const failed = failedSteps(1_500);
  const deployed = failedSteps(3_000).map((step): Step => {
    if (step.id === "deploy") return { ...step, status: "completed", error: null };
    return step.id === "tell" ? { ...step, status: "skipped", started_at: null } : step;
  });
  const { step: undoing } = times(2_970);
  const undone = [
    ...deployed.map((step) => ({ ...step, instances: [], started_at: null })),
    undoing({
      id: "deploy.compensate",
      name: "undo Deploy to production",
      kind: "compensation",
      tool: "rollback_service",
      compensates: "deploy",
      from: 0,
      to: 240,
    }),
    undoing({
      id: "notes.compensate",
      name: "undo Write the release notes",
      kind: "compensation",
      tool: "withdraw_notes",
      compensates: "notes",
      from: 240,
      to: 250,
    }),
  ];
  return [
    release("exe_01krelease", 18, waiting, {}),
    release("exe_01krelfail", 1_500, failed, {
      title: "Release 1.3.0 of the clinic",
      status: "failed",
      trigger: "manual",
      finished_at: at(1_482),
      error: {
        code: "step_failed",
        message: 'step "deploy" failed: the health check of booking did not answer within 60 s',
        step: "deploy",
      },
      children: [{ execution_id: "exe_01kdone", step: "deploy", instance: 0, status: "failed" }],
    }),
    release("exe_01krelback", 2_970, undone, {
      title: "Release 1.2.8 of the clinic",
      status: "rolled_back",
      trigger: "rollback",
      finished_at: at(2_960),
      origin: { execution_id: "exe_01kreldone", mode: "rollback" },
    }),
    release("exe_01kreldone", 3_000, deployed, {
      title: "Release 1.2.8 of the clinic",
      status: "completed",
      trigger: "manual",
      finished_at: at(2_980),
      continued_by: [{ execution_id: "exe_01krelback", mode: "rollback", status: "rolled_back" }],
    }),
  ];
}
