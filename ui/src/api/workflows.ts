import { queryOptions } from "@tanstack/react-query";
import type { Schema } from "@/lib/schemaComplete";
import { ask, askPage, askText, place } from "./ask";
import { idempotent } from "./client";
import { everyPage } from "./everyPage";
import { keys } from "./keys";
import type {
  DefinitionProblem,
  Execution,
  Graph,
  Revision,
  RevisionDiff,
  Template,
  Validation,
  Workflow,
} from "./workflow-engine";

export const workflowsOptions = queryOptions({
  queryKey: keys.workflows,
  queryFn: async () => (await askPage<Workflow>("/workflows")).items,
});

export const workflowOptions = (slug: string) =>
  queryOptions({
    queryKey: keys.workflow(slug),
    queryFn: () => ask<Workflow>("GET", place("/workflows/{slug}", { slug })),
  });

export const revisionsOptions = (slug: string) =>
  queryOptions({
    queryKey: keys.workflowPart(slug, "revisions"),
    queryFn: () =>
      everyPage((cursor) =>
        askPage<Revision>(place("/workflows/{slug}/revisions", { slug }), { limit: 200, cursor }),
      ),
  });

export const diffOptions = (slug: string, from: number, to: number) =>
  queryOptions({
    queryKey: keys.workflowPart(slug, "diff", { from, to }),
    queryFn: () =>
      ask<RevisionDiff>("GET", place("/workflows/{slug}/diff", { slug }), { query: { from, to } }),
  });

export const workflowGraphOptions = (slug: string, revision: number | null) =>
  queryOptions({
    queryKey: keys.workflowPart(slug, "graph", { revision }),
    queryFn: () =>
      ask<Graph>("GET", place("/workflows/{slug}/graph", { slug }), { query: { revision } }),
  });

export const schemaOptions = queryOptions({
  queryKey: keys.workflowSchema,
  queryFn: () => ask<Schema>("GET", "/workflow-schema"),
  staleTime: Number.POSITIVE_INFINITY,
});

/** `valid` and `problems`; older servers call them `ok` and `errors`. */
export async function validate(definition: string): Promise<Validation> {
  const found = await ask<Partial<Validation> & { ok?: boolean; errors?: DefinitionProblem[] }>(
    "POST",
    "/workflows/validate",
    { body: { definition } },
  );
  return {
    valid: found.valid ?? found.ok ?? false,
    problems: found.problems ?? found.errors ?? [],
    graph: found.graph ?? null,
  };
}

/** A workflow that is not there yet; the name of one that is there is refused. */
export const createWorkflow = (definition: string) =>
  ask<Workflow>("POST", "/workflows", {
    query: { revision: 0 },
    body: { definition },
    headers: idempotent(),
  });

/** Saves a revision after the newest one that is known; when there is a newer one, it is refused. */
export const saveRevision = (slug: string, definition: string, newest: number | null) =>
  ask<Workflow>("PUT", place("/workflows/{slug}", { slug }), {
    query: { revision: newest },
    body: { definition },
  });

/** What an earlier revision says becomes the newest one; those in between stay what they are. */
export async function restoreRevision(
  slug: string,
  revision: number,
  newest: number,
): Promise<Workflow> {
  const { definition } = await ask<Revision>(
    "GET",
    place("/workflows/{slug}/revisions/{revision}", { slug, revision }),
  );
  return saveRevision(slug, definition ?? "", newest);
}

export const setArchived = (slug: string, isArchived: boolean) =>
  ask<Workflow>(
    "POST",
    place(`/workflows/{slug}/${isArchived ? "archive" : "activate"}`, { slug }),
  );

export const exportWorkflow = (slug: string, format: "yaml" | "json") =>
  askText(place("/workflows/{slug}/export", { slug }), { format });

export const importWorkflow = (text: string) =>
  ask<Workflow>("POST", "/workflows/import", { body: text, headers: idempotent() });

export interface Start {
  inputs: Record<string, unknown>;
  project?: string;
  model?: string;
  priority?: string;
}

export const executeWorkflow = (slug: string, body: Start) =>
  ask<Execution>("POST", place("/workflows/{slug}/execute", { slug }), {
    body,
    headers: idempotent(),
  });

export const templatesOptions = queryOptions({
  queryKey: keys.templates,
  queryFn: async () => (await askPage<Template>("/workflow-templates")).items,
});

export interface Instance {
  slug?: string;
  name?: string;
  parameters: Record<string, unknown>;
}

export const instantiate = (key: string, body: Instance) =>
  ask<Workflow>("POST", place("/workflow-templates/{key}/instantiate", { key }), {
    body,
    headers: idempotent(),
  });
