// The workflow engine as a person uses it: write a workflow, run it, decide, order, plan. In one
// language and one width a walk; every page on the way is checked as it stands.
import { axe, sideways } from "./browser.mjs";
import { wordsOf } from "./words.mjs";

const definition = (name, description) => `name: ${name}
description: ${description}
priority: high
inputs:
  version:
    type: string
    description: What is released.
    required: true
steps:
  - id: prepare
    name: Prepare
    tool: set
    with:
      version: \${{ inputs.version }}
    checkpoint: prepared
    compensate:
      tool: set
      with:
        withdrawn: \${{ inputs.version }}
  - id: go
    name: Go or no go
    needs: [prepare]
    approval:
      title: Release \${{ inputs.version }}?
      message: It is **ready**.
      roles: [Admin]
      form:
        note:
          type: string
          description: What to tell people.
  - id: tell
    name: Tell people
    needs: [go]
    tool: set
    with:
      told: \${{ steps.go.outputs }}
`;

/** Walks through all of it; each step is one of the report. */
export async function walkEngine(tools, { locale, look }) {
  const { page, base, api, report, shots } = tools;
  const t = wordsOf(locale);
  const name = `Journey ${locale} ${Date.now().toString(36).slice(-5)}`;
  const version = `1.0-${locale}`;
  const dialog = page.getByRole("dialog");
  const button = (key, within = page) => within.getByRole("button", { name: t(key), exact: true });
  const step = (what, act, expected) => report.step(`${what} (${look}, ${locale})`, act, expected);

  /** The page as it is now: no violation, no sideways scrolling, a picture. */
  async function inspect(place) {
    await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
    await page.screenshot({ path: `${shots}/${place}.${look}.${locale}.png` });
    const problems = await axe(page);
    const over = await sideways(page);
    if (over > 0) problems.push(`it is ${over} px wider than the screen`);
    if (problems.length > 0) throw new Error(`${place}: ${problems.join("\n     ")}`);
  }

  async function visit(path) {
    await page.goto(base + path);
    await page.locator("main h1, main h2").first().waitFor();
  }

  async function write(text) {
    await page.locator(".cm-content").click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(text);
  }

  async function statusOf(id, wanted) {
    const end = Date.now() + 20_000;
    for (;;) {
      const execution = await api(`/executions/${id}`);
      if (execution.status === wanted) return execution;
      if (Date.now() > end) throw new Error(`${id} is ${execution.status}, not ${wanted}`);
      await page.waitForTimeout(100);
    }
  }

  /** Waits until one is on the page of another execution than this one, and gives back its id. */
  async function arrive(before) {
    await page.waitForURL(
      (url) => /^\/executions\/exe_/.test(url.pathname) && !url.pathname.endsWith(before ?? "-"),
    );
    return new URL(page.url()).pathname.split("/").at(-1);
  }

  async function menu(key) {
    await button("execution.more").click();
    await page.getByRole("menuitem", { name: t(key), exact: true }).click();
    await dialog.locator("form").waitFor();
  }

  const slug = await step("a workflow is written, and mistakes show where they are", async () => {
    await visit("/workflows/new");
    await write(definition(name, "Releases.").replace("tool: set", "tool: sett"));
    const problems = page.getByRole("region", { name: t("workflow.problems") });
    // The problem leads to its place.
    await problems.getByRole("button").filter({ hasText: "sett" }).click();
    await page.locator(".cm-lintRange-error").first().waitFor();
    if (await button("workflow.create").isEnabled()) throw new Error("it could be saved");
    await inspect("workflow-wrong");
    // What there is on the server is offered where it is named.
    await write("name: x\nsteps:\n  - agent: cod");
    await page.keyboard.press("Control+Space");
    await page.locator(".cm-tooltip-autocomplete").getByText("coding").first().waitFor();
    await page.screenshot({ path: `${shots}/workflow-complete.${look}.${locale}.png` });
    await page.keyboard.press("Escape");
    await write(definition(name, "Releases."));
    await page.getByText(t("workflow.valid")).waitFor();
    await button("workflow.create").click();
    await page.waitForURL((url) => /^\/workflows\/journey/.test(url.pathname));
    await page.getByRole("heading", { name, exact: true }).waitFor();
    await page.locator("main svg path[marker-end]").first().waitFor({ state: "attached" });
    await inspect("workflow");
    return new URL(page.url()).pathname.split("/").at(-1);
  });
  if (!slug) return;

  await step("saving makes a revision, and the difference is shown", async () => {
    await visit(`/workflows/${slug}?view=definition`);
    await write(definition(name, "Releases, with care."));
    await page.getByText(t("workflow.valid")).waitFor();
    await button("workflow.saveRevision").click();
    await page.getByText(t("workflow.savedRevision", { revision: "" }).trim()).waitFor();
    await visit(`/workflows/${slug}?view=revisions`);
    await page.locator("main ins").getByText("with care").first().waitFor();
    await inspect("workflow-revisions");
    const { revision } = await api(`/workflows/${slug}`);
    if (revision !== 2) throw new Error(`the API says revision ${revision}`);
  });

  await step(
    "what others saved is shown, and not saved over unseen",
    async () => {
      const saved = async () => (await api(`/workflows/${slug}`)).definition;
      await visit(`/workflows/${slug}?view=definition`);
      await write(definition(name, "Mine."));
      await page.getByText(t("workflow.valid")).waitFor();
      await api(`/workflows/${slug}?revision=2`, {
        method: "PUT",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ definition: definition(name, "Theirs.") }),
      });
      await button("workflow.saveRevision").click();
      await page.getByText(t("workflow.overtaken")).waitFor();
      if (!(await saved()).includes("Theirs.")) throw new Error("it was saved over unseen");
      await button("workflow.theirChanges").click();
      await page
        .getByRole("region", { name: t("workflow.theirChanges") })
        .getByText("Theirs.")
        .first()
        .waitFor();
      await inspect("workflow-overtaken");
      await button("conflict.keepMine").click();
      await button("workflow.saveRevision").click();
      await page.getByText(t("workflow.savedRevision", { revision: 4 })).waitFor();
      if (!(await saved()).includes("Mine.")) throw new Error("it was not saved");
    },
    /status of 409 .*\/workflows\//,
  );

  await step("workflows are listed", async () => {
    await visit("/workflows");
    await page.getByRole("link", { name, exact: true }).waitFor();
    await inspect("workflows");
  });

  const execution = await step("a workflow is started by the form of its inputs", async () => {
    await visit(`/workflows/${slug}`);
    await button("workflow.start").click();
    await button("workflow.start", dialog).click();
    await dialog.locator("[aria-invalid=true]").waitFor();
    await inspect("workflow-start");
    await dialog.getByLabel("Version").fill(version);
    await button("workflow.start", dialog).click();
    const id = await arrive();
    const { priority } = await statusOf(id, "waiting_approval");
    if (priority !== "high") throw new Error(`its priority is ${priority}, not the workflow's own`);
    return id;
  });
  if (!execution) return;

  await step("an execution pauses and goes on", async () => {
    await visit(`/executions/${execution}?view=graph`);
    await button("execution.pause").click();
    await button("execution.resume").waitFor();
    await statusOf(execution, "paused");
    await button("execution.resume").click();
    await button("execution.pause").waitFor();
    await statusOf(execution, "waiting_approval");
    await inspect("execution-graph");
  });

  await step("a question is answered in the inbox, and work goes on", async () => {
    await visit("/approvals");
    const question = page.getByRole("article", { name: `Release ${version}?` });
    await question.getByLabel(t("field.optional", { name: "Note" })).fill("Ready at noon");
    await inspect("approvals");
    await button("approval.approve", question).click();
    await question.waitFor({ state: "detached" });
    const { outputs } = await statusOf(execution, "completed");
    if (!JSON.stringify(outputs).includes("Ready at noon")) {
      throw new Error(`the note is not in ${JSON.stringify(outputs)}`);
    }
  });

  await step("what was done is rolled back", async () => {
    await visit(`/executions/${execution}`);
    await menu("execution.rollbackMenu");
    await inspect("execution-rollback");
    await button("execution.rollback", dialog).click();
    const id = await arrive(execution);
    await statusOf(id, "rolled_back");
    await page.getByText(t("execution.status.rolled_back"), { exact: true }).first().waitFor();
  });

  await step("an execution is cancelled, and forked with another input", async () => {
    const { id } = await api(`/workflows/${slug}/execute`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ inputs: { version } }),
    });
    await visit(`/executions/${id}`);
    await button("execution.cancel").click();
    await dialog.getByLabel(t("execution.reason")).fill("A wrong number");
    await button("execution.cancel", dialog).click();
    await statusOf(id, "cancelled");
    await button("execution.retry").waitFor();
    await inspect("execution-cancelled");
    await menu("execution.forkMenu");
    await dialog.getByLabel("Version").fill(`${version}.1`);
    await inspect("execution-fork");
    await button("execution.fork", dialog).click();
    const forked = await arrive(id);
    const { inputs, origin } = await statusOf(forked, "waiting_approval");
    if (inputs.version !== `${version}.1` || origin?.mode !== "fork") {
      throw new Error(`it is no fork: ${JSON.stringify({ inputs, origin })}`);
    }
  });

  await step("a schedule shows its next five times and is kept", async () => {
    await visit("/triggers");
    await button("schedule.new").click();
    await dialog.getByLabel(t("trigger.workflow")).selectOption(slug);
    await dialog.getByText(t("schedule.kind.weekly"), { exact: true }).click();
    await dialog.getByLabel(t("field.optional", { name: t("trigger.name") })).fill(name);
    await dialog.getByLabel("Version").fill(version);
    await dialog.getByRole("listitem").nth(4).waitFor();
    await inspect("schedule");
    await button("action.save", dialog).click();
    await dialog.waitFor({ state: "detached" });
    await page.getByText(name).first().waitFor();
    await inspect("triggers");
  });

  await step("a template becomes a workflow of one's own", async () => {
    await visit("/templates");
    await inspect("templates");
    await page
      .getByRole("listitem")
      .filter({ has: page.getByRole("heading", { name: "Hotfix", exact: true }) })
      .getByRole("button")
      .click();
    await dialog.getByLabel(t("workflow.name")).fill(`${name} hotfix`);
    await inspect("template");
    await button("template.make", dialog).click();
    await page.getByRole("heading", { name: `${name} hotfix`, exact: true }).waitFor();
  });
}
