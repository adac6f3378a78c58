// Test double: workflows, their revisions, and templates.
import { json, notFound, page, problem } from "./answer";
import { at, type Db } from "./db";
import { languageSchema } from "./languageSchema";
import { begin } from "./play";
import { releaseGraph } from "./release";
import { type Route, route } from "./route";
import type { KeptWorkflow } from "./workflows";

const find = (db: Db, slug = "") => db.workflows.find((each) => each.slug === slug);
const shown = ({ revisions: _, ...workflow }: KeptWorkflow) => workflow;
const listed = ({ revisions: _, ...workflow }: KeptWorkflow) => ({
  ...workflow,
  definition: null,
});

/** Just enough of a check to show what problems look like. */
function problemsOf(text: string) {
  const lines = text.split("\n");
  const problems = [];
  if (!/^name:\s*\S/m.test(text)) {
    problems.push({
      line: 1,
      column: 1,
      step: null,
      message: 'the definition has no "name"',
      fix: "add a line such as: name: My workflow",
    });
  }
  const ids = new Set([...text.matchAll(/\bid:\s*([\w-]+)/g)].map((found) => found[1]));
  lines.forEach((line, at) => {
    const needs = /needs:\s*\[([^\]]*)\]/.exec(line);
    for (const id of (needs?.[1] ?? "").split(",").map((each) => each.trim())) {
      if (id === "" || ids.has(id)) continue;
      problems.push({
        line: at + 1,
        column: line.indexOf(id) + 1,
        step: id,
        message: `"needs" names the unknown step "${id}"`,
        fix: `use one of: ${[...ids].join(", ")}`,
      });
    }
    const unknown = /^ {4}(agnet|comand|tols):/.exec(line);
    if (unknown) {
      problems.push({
        line: at + 1,
        column: 5,
        step: null,
        message: `unknown key "${unknown[1]}"`,
        fix: 'did you mean "agent"?',
      });
    }
  });
  return problems;
}

function save(db: Db, slug: string, definition: string, kept?: KeptWorkflow): KeptWorkflow {
  const revision = (kept?.revision ?? 0) + 1;
  const name = /^name:\s*(.*)$/m.exec(definition)?.[1]?.trim() ?? slug;
  const made: KeptWorkflow = {
    slug,
    name,
    description: /^description:\s*(.*)$/m.exec(definition)?.[1] ?? "",
    inputs: kept?.inputs ?? {},
    steps: kept?.steps ?? [{ id: "write", name: "Write a draft", kind: "agent", needs: [] }],
    source: "organisation",
    department: kept?.department ?? null,
    tags: kept?.tags ?? [],
    status: "active",
    definition,
    revision,
    created_at: at(0),
    revisions: [
      ...(kept?.revisions ?? []),
      { revision, name, created_at: at(0), created_by: db.session.user.name, definition },
    ],
  };
  db.workflows = [made, ...db.workflows.filter((each) => each.slug !== slug)];
  return made;
}

/** Refused for a revision that who saves does not know of. */
function overtaken(request: Request, kept?: KeptWorkflow): Response | null {
  const known = new URL(request.url).searchParams.get("revision");
  const newest = kept?.revision ?? 0;
  if (known === null || Number(known) === newest) return null;
  return problem(409, "conflict", `the newest revision is ${newest}, not ${known}`);
}

const slugOf = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^_|_$/g, "") || "workflow";

export const workflowRoutes: Route[] = [
  route("GET", "/api/v1/workflows", ({ db }) => page(db.workflows.map(listed))),
  route("POST", "/api/v1/workflows", async ({ db, request }) => {
    const { definition } = await request.json();
    const slug = slugOf(/^name:\s*(.*)$/m.exec(definition)?.[1]?.trim() ?? "");
    return overtaken(request, find(db, slug)) ?? json(shown(save(db, slug, definition)), 201);
  }),
  route("POST", "/api/v1/workflows/validate", async ({ request }) => {
    const { definition } = await request.json();
    const problems = problemsOf(definition);
    return json({ valid: problems.length === 0, problems });
  }),
  route("POST", "/api/v1/workflows/import", async ({ db, request }) => {
    const definition = await request.text();
    const [wrong] = problemsOf(definition);
    if (wrong) return problem(400, "invalid_definition", wrong.message);
    const name = /^name:\s*(.*)$/m.exec(definition)?.[1]?.trim() ?? "";
    return json(shown(save(db, slugOf(name), definition)), 201);
  }),
  route("GET", "/api/v1/workflow-schema", () => json(languageSchema)),
  route("GET", "/api/v1/workflow-templates", ({ db }) => page(db.templates)),
  route("POST", "/api/v1/workflow-templates/{key}/instantiate", async ({ db, params, request }) => {
    const template = db.templates.find((each) => each.key === params.key);
    if (!template) return notFound("template", params.key ?? "");
    const { name } = await request.json();
    const definition = `name: ${name ?? template.name}\ndescription: ${template.description}\nsteps:\n  - agent: coding\n    command: fix\n`;
    return json(shown(save(db, template.key, definition)), 201);
  }),
  route("GET", "/api/v1/workflows/{slug}", ({ db, params }) => {
    const workflow = find(db, params.slug);
    return workflow ? json(shown(workflow)) : notFound("workflow", params.slug ?? "");
  }),
  route("PUT", "/api/v1/workflows/{slug}", async ({ db, params, request }) => {
    const { definition } = await request.json();
    const kept = find(db, params.slug);
    const refused = overtaken(request, kept);
    return refused ?? json(shown(save(db, params.slug ?? "", definition, kept)));
  }),
  route("GET", "/api/v1/workflows/{slug}/revisions", ({ db, params }) =>
    page((find(db, params.slug)?.revisions ?? []).map((each) => ({ ...each, definition: null }))),
  ),
  route("GET", "/api/v1/workflows/{slug}/revisions/{number}", ({ db, params }) => {
    const revisions = find(db, params.slug)?.revisions ?? [];
    const revision = revisions.find((each) => each.revision === Number(params.number));
    return revision ? json(revision) : notFound("revision", params.number ?? "");
  }),
  route("GET", "/api/v1/workflows/{slug}/diff", ({ db, params, request }) => {
    const wanted = new URL(request.url).searchParams;
    const revisions = find(db, params.slug)?.revisions ?? [];
    const text = (name: string) =>
      revisions.find((each) => each.revision === Number(wanted.get(name)))?.definition ?? "";
    const before = text("from");
    const after = text("to");
    const changes = [
      before.includes("rule: any") && !after.includes("rule: any")
        ? { kind: "changed", path: "steps.go.approval.rule", before: "any", after: { quorum: 2 } }
        : null,
      !before.includes("id: deploy") && after.includes("id: deploy")
        ? { kind: "added", path: "steps.deploy", before: null, after: { id: "deploy" } }
        : null,
      !before.includes("services:") && after.includes("services:")
        ? { kind: "added", path: "inputs.services", before: null, after: { type: "list" } }
        : null,
    ].filter((each) => each !== null);
    return json({ changes, text_before: before, text_after: after });
  }),
  route("GET", "/api/v1/workflows/{slug}/graph", ({ db, params }) => {
    const workflow = find(db, params.slug);
    if (!workflow) return notFound("workflow", params.slug ?? "");
    if (workflow.slug === "release_process") return json(releaseGraph);
    return json({
      nodes: workflow.steps.map(({ id, name, kind }) => ({ id, name, kind })),
      edges: workflow.steps.flatMap((step) =>
        step.needs.map((from) => ({ from, to: step.id, kind: "need" })),
      ),
    });
  }),
  route("GET", "/api/v1/workflows/{slug}/export", ({ db, params, request }) => {
    const workflow = find(db, params.slug);
    if (!workflow) return notFound("workflow", params.slug ?? "");
    const isJson = new URL(request.url).searchParams.get("format") === "json";
    const text = workflow.definition ?? "";
    return new Response(isJson ? JSON.stringify({ version: "1.0", workflow: text }) : text);
  }),
  ...(["archive", "activate"] as const).map((order) =>
    route("POST", `/api/v1/workflows/{slug}/${order}`, ({ db, params }) => {
      const workflow = find(db, params.slug);
      if (!workflow) return notFound("workflow", params.slug ?? "");
      workflow.status = order === "archive" ? "archived" : "active";
      return json(shown(workflow));
    }),
  ),
  route("POST", "/api/v1/workflows/{slug}/execute", async ({ db, params, request }) => {
    const workflow = find(db, params.slug);
    if (!workflow) return notFound("workflow", params.slug ?? "");
    const { inputs, project, model } = await request.json();
    const missing = Object.entries(workflow.inputs).find(
      ([name, spec]) => spec.required && inputs[name] === undefined,
    );
    if (missing) {
      return problem(400, "validation", `input "${missing[0]}" is missing`, [
        { field: `inputs.${missing[0]}`, message: "this is needed" },
      ]);
    }
    const started = begin(db, project ?? "SHOP", workflow.name, model ?? null);
    started.workflow = { slug: workflow.slug, name: workflow.name, revision: workflow.revision };
    started.inputs = inputs;
    const { steps: _, ...execution } = started;
    return json(execution, 202);
  }),
];
