// Test double: an execution that takes place over a few seconds, with a journal, streamed text
// and cards that arrive on the board.
import type { Call, ExecutionDetail, Instance, Step, WorkItem } from "@/api/types";
import { blankItem, boardHub, type Db, journalHub, nextId, nextKey, noUsage } from "./db";
import { call, usageOf } from "./history";
import { analysis, type Epic, epics, type Story } from "./stories";

const now = () => new Date().toISOString();

function step(id: string, name: string, needs: string[], changes: Partial<Step> = {}): Step {
  return {
    id,
    name,
    kind: "agent",
    status: "pending",
    needs,
    agent: "business-analyst",
    command: id,
    tool: null,
    fan_out: false,
    error: null,
    started_at: null,
    finished_at: null,
    usage: noUsage,
    instances: [],
    ...changes,
  };
}

export function begin(
  db: Db,
  project: string,
  idea: string,
  model: string | null,
): ExecutionDetail {
  const execution: ExecutionDetail = {
    id: nextId(db, "exe"),
    workflow: { slug: "idea_to_backlog", name: "Idea to backlog", revision: 1 },
    project,
    charged_to: null,
    title: idea.slice(0, 80),
    status: "queued",
    inputs: { idea },
    outputs: null,
    error: null,
    progress: { percent: 0, total_steps: 4, completed_steps: 0, failed_steps: 0, running: [] },
    priority: "medium",
    model: model ?? db.models.default,
    scripted: db.scenario === "scripted",
    recovered: 0,
    usage: noUsage,
    started_by: { kind: "user", name: db.session.user.name },
    created_at: now(),
    started_at: null,
    finished_at: null,
    steps: [
      step("analyse", "Analyse the idea", []),
      step("epics", "Plan the epics", ["analyse"]),
      step("stories", "Write the stories", ["epics"], { fan_out: true }),
      step("place", "Put them on the board", ["stories"], {
        kind: "tool",
        agent: null,
        command: null,
        tool: "create_work_items",
      }),
    ],
  };
  db.executions.unshift(execution);
  journalHub(db, execution.id).emit("execution_created", { at: now() });
  new Play(db, execution).start();
  return execution;
}

class Play {
  private isStopped = false;

  constructor(
    private readonly db: Db,
    private readonly execution: ExecutionDetail,
  ) {}

  start() {
    const stop = () => {
      this.isStopped = true;
    };
    this.db.stops.add(stop);
    void this.run().finally(() => this.db.stops.delete(stop));
  }

  private get hub() {
    return journalHub(this.db, this.execution.id);
  }

  /** Waits; false once the execution was cancelled or the mock was reset. */
  private async work(seconds: number): Promise<boolean> {
    let left = seconds * this.db.pace;
    while (left > 0 && !this.isStopped && this.execution.status !== "cancelled") {
      const slice = Math.min(left, 60);
      await new Promise((resolve) => setTimeout(resolve, slice));
      if (this.execution.status !== "paused") left -= slice;
    }
    return !this.isStopped && this.execution.status !== "cancelled";
  }

  private async run() {
    if (!(await this.work(0.4))) return;
    this.execution.status = "running";
    this.execution.started_at = now();
    this.hub.emit("execution_started", { at: now() });
    const [analyse, plan, write, place] = this.execution.steps;
    if (!analyse || !plan || !write || !place) return;
    const isGood = await this.agent(analyse, [""], [analysis]);
    if (!isGood) return;
    if (this.db.scenario === "failing") return this.fail(plan);
    const titles = epics.map((epic) => `${epic.title}: ${epic.description}`).join("\n");
    if (!(await this.agent(plan, [""], [titles]))) return;
    const texts = epics.map((epic) => JSON.stringify(epic.stories, null, 1));
    if (
      !(await this.agent(
        write,
        epics.map((epic) => epic.title),
        texts,
      ))
    )
      return;
    this.open(place, [""]);
    if (!(await this.work(0.5))) return;
    for (const epic of epics) this.putOnBoard(epic);
    this.close(place);
    this.execution.status = "completed";
    this.execution.finished_at = now();
    this.hub.emit("execution_completed", { at: now() });
  }

  private async agent(step: Step, labels: string[], texts: string[]): Promise<boolean> {
    this.open(step, labels);
    const isGood = await Promise.all(
      step.instances.map((instance, at) => this.write(step, instance, texts[at] ?? "")),
    );
    if (isGood.includes(false)) return false;
    this.close(step);
    return true;
  }

  private async write(step: Step, instance: Instance, text: string): Promise<boolean> {
    const attempt = instance.attempts[0];
    if (!attempt) return false;
    const running: Call = call(nextId(this.db, "call"), {
      outcome: "running",
      output_tokens: 0,
      model: this.execution.model ?? "",
      scripted: this.execution.scripted,
      started_at: now(),
    });
    attempt.calls = [running];
    const place = { step: step.id, instance: instance.index, attempt: 1 };
    this.hub.emitLive("model_called", { ...place, call_id: running.id, model: running.model });
    const pieces = text.match(/.{1,14}/gs) ?? [];
    for (const piece of pieces) {
      if (!(await this.work(3 / pieces.length))) return false;
      this.hub.emitLive("delta", { ...place, text: piece });
    }
    const done: Call = {
      ...running,
      outcome: "ok",
      output_tokens: Math.round(text.length / 4),
      duration_ms: Date.now() - Date.parse(running.started_at),
    };
    attempt.calls = [done];
    attempt.usage = usageOf([done]);
    attempt.status = "completed";
    attempt.finished_at = now();
    instance.status = "completed";
    instance.output = { text: text.slice(0, 400) };
    this.total();
    this.hub.emitLive("model_replied", { ...place, call: done });
    this.hub.emit("attempt_completed", { at: now(), ...place });
    return true;
  }

  private open(step: Step, labels: string[]) {
    step.status = "running";
    step.started_at = now();
    step.instances = labels.map((label, index) => ({
      index,
      label,
      status: "running",
      output: null,
      result_id: null,
      attempts: [
        {
          number: 1,
          status: "running",
          started_at: now(),
          finished_at: null,
          error: null,
          usage: noUsage,
          calls: [],
        },
      ],
    }));
    this.execution.progress.running = [step.id];
    this.hub.emit("attempt_started", { at: now(), step: step.id });
  }

  private close(step: Step) {
    step.status = "completed";
    step.finished_at = now();
    for (const instance of step.instances) {
      instance.status = "completed";
      for (const attempt of instance.attempts) {
        attempt.status = "completed";
        attempt.finished_at ??= now();
      }
    }
    const { progress } = this.execution;
    progress.completed_steps += 1;
    progress.percent = (progress.completed_steps / progress.total_steps) * 100;
    progress.running = [];
    this.hub.emit("step_completed", { at: now(), step: step.id });
  }

  private fail(step: Step) {
    const message =
      'no provider answered: "local" is not running; start it with "hishamos model start"';
    step.status = "failed";
    step.error = { code: "no_model", message, step: step.id };
    this.execution.status = "failed";
    this.execution.error = { code: "no_model", message, step: step.id };
    this.execution.progress.failed_steps = 1;
    this.execution.finished_at = now();
    this.hub.emit("execution_failed", { at: now() });
  }

  private total() {
    const calls = this.execution.steps.flatMap((each) =>
      each.instances.flatMap((one) => one.attempts.flatMap((attempt) => attempt.calls)),
    );
    this.execution.usage = usageOf(calls);
  }

  private putOnBoard(epic: Epic) {
    const parent = this.create({ kind: "epic", title: epic.title, description: epic.description });
    for (const story of epic.stories) this.create(fromStory(story, parent.key));
  }

  private create(changes: Partial<WorkItem>): WorkItem {
    const project = this.execution.project ?? "";
    const item: WorkItem = {
      id: nextId(this.db, "itm"),
      key: nextKey(this.db, project),
      ...blankItem(),
      origin: {
        execution_id: this.execution.id,
        step: "stories",
        result_id: null,
        agent: "business-analyst",
        model: this.execution.model,
        scripted: this.execution.scripted,
      },
      created_at: now(),
      updated_at: now(),
      ...changes,
    };
    this.db.items.push(item);
    boardHub(this.db, project).emit("work_item.created", { item });
    return item;
  }
}

const fromStory = (story: Story, parent: string): Partial<WorkItem> => ({
  title: story.title,
  user_role: story.role,
  feature: story.feature,
  benefit: story.benefit,
  acceptance_criteria: story.criteria,
  points: story.points,
  priority: story.priority,
  parent,
});
