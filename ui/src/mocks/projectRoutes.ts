// Test double: projects, boards and work items.
import type { Project, WorkItem } from "@/api/types";
import { json, notFound, page, problem } from "./answer";
import { at, blankItem, boardHub, columns, type Db, nextId, nextKey } from "./db";
import { type Route, route } from "./route";

const findProject = (db: Db, key = "") => db.projects.find((project) => project.key === key);
const findItem = (db: Db, key = "") => db.items.find((item) => item.key === key);
const projectOf = (item: WorkItem) => item.key.slice(0, item.key.lastIndexOf("-"));

function counted(db: Db, project: Project): Project {
  const items = db.items.filter((item) => projectOf(item) === project.key);
  const count = (kind: string) => items.filter((item) => item.kind === kind).length;
  return {
    ...project,
    counts: { epics: count("epic"), stories: count("story"), tasks: count("task") + count("bug") },
  };
}

function replace(db: Db, item: WorkItem, event: string) {
  db.items = db.items.map((each) => (each.key === item.key ? item : each));
  boardHub(db, projectOf(item)).emit(event, { item });
  return json(item);
}

export const projectRoutes: Route[] = [
  route("GET", "/api/v1/projects", ({ db }) =>
    page(db.projects.map((project) => counted(db, project))),
  ),
  route("POST", "/api/v1/projects", async ({ db, request }) => {
    const body = await request.json();
    const key = body.key || `P${db.counter}`;
    if (findProject(db, key)) {
      return problem(422, "validation_error", "the project is not valid", [
        { field: "key", message: `key "${key}" is taken` },
      ]);
    }
    const project: Project = {
      id: nextId(db, "prj"),
      key,
      name: body.name,
      description: body.description ?? "",
      status: "active",
      columns,
      counts: { epics: 0, stories: 0, tasks: 0 },
      created_at: at(0),
      updated_at: at(0),
    };
    db.projects.unshift(project);
    return json(project, 201);
  }),
  route("GET", "/api/v1/projects/{key}/board", ({ db, params }) => {
    const project = findProject(db, params.key);
    if (!project) return notFound("project", params.key ?? "");
    const items = db.items.filter((item) => projectOf(item) === project.key);
    return json({
      project: counted(db, project),
      columns: columns.map((name) => ({
        name,
        wip_limit: name === "Code Review" ? 3 : null,
        items: items.filter((item) => item.kind !== "epic" && item.column === name),
      })),
      epics: items.filter((item) => item.kind === "epic"),
      cursor: boardHub(db, project.key).cursor,
    });
  }),
  route("GET", "/api/v1/projects/{key}/events", ({ db, params, request }) =>
    boardHub(db, params.key ?? "").stream(request),
  ),
  route("POST", "/api/v1/projects/{key}/work-items", async ({ db, params, request }) => {
    const body = await request.json();
    const item: WorkItem = {
      id: nextId(db, "itm"),
      key: nextKey(db, params.key ?? ""),
      ...blankItem(),
      kind: body.kind,
      title: body.title,
      description: body.description ?? "",
      points: body.points ?? null,
      priority: body.priority ?? "medium",
      column: body.column ?? "Todo",
      parent: body.parent ?? null,
      origin: null,
      created_at: at(0),
      updated_at: at(0),
    };
    db.items.push(item);
    boardHub(db, params.key ?? "").emit("work_item.created", { item });
    return json(item, 201);
  }),
  route("POST", "/api/v1/projects/{key}/work-items/undo", async ({ db, params, request }) => {
    const { execution_id } = await request.json();
    const made = db.items.filter((item) => item.origin?.execution_id === execution_id);
    const untouched = made.filter((item) => item.version === 1);
    db.items = db.items.filter((item) => !untouched.includes(item));
    for (const item of untouched)
      boardHub(db, params.key ?? "").emit("work_item.deleted", { item });
    const kept = made.filter((item) => item.version > 1).map((item) => item.key);
    return json({ removed: untouched.length, kept });
  }),
  route("GET", "/api/v1/work-items/{key}", ({ db, params }) => {
    const item = findItem(db, params.key);
    return item ? json(item) : notFound("work item", params.key ?? "");
  }),
  route("PATCH", "/api/v1/work-items/{key}", async ({ db, params, request }) => {
    const item = findItem(db, params.key);
    if (!item) return notFound("work item", params.key ?? "");
    const { version, ...changes } = await request.json();
    if (version !== item.version) {
      return problem(409, "conflict", `${item.key} is at version ${item.version}, not ${version}`);
    }
    const next = { ...item, ...changes, version: item.version + 1, updated_at: at(0) };
    return replace(db, next, "work_item.updated");
  }),
  route("DELETE", "/api/v1/work-items/{key}", ({ db, params }) => {
    const item = findItem(db, params.key);
    if (!item) return notFound("work item", params.key ?? "");
    db.items = db.items.filter((each) => each.key !== item.key);
    boardHub(db, projectOf(item)).emit("work_item.deleted", { item });
    return json(null, 204);
  }),
  route("POST", "/api/v1/work-items/{key}/move", async ({ db, params, request }) => {
    const item = findItem(db, params.key);
    if (!item) return notFound("work item", params.key ?? "");
    const { column, before, after } = await request.json();
    const moved = { ...item, column, version: item.version + 1, updated_at: at(0) };
    const rest = db.items.filter((each) => each.key !== item.key);
    const beforeAt = rest.findIndex((each) => each.key === before);
    const afterAt = rest.findIndex((each) => each.key === after);
    rest.splice(beforeAt >= 0 ? beforeAt : afterAt >= 0 ? afterAt + 1 : rest.length, 0, moved);
    db.items = rest;
    boardHub(db, projectOf(item)).emit("work_item.moved", { item: moved });
    return json(moved);
  }),
];
