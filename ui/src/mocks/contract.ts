// Test double: what the server's document says about a request. The server refuses fields that it
// does not know, so the double does too: a page that asks for more fails here, not there.
import { readFileSync } from "node:fs";

export interface Schema {
  $ref?: string;
  properties?: Record<string, unknown>;
  additionalProperties?: unknown;
  allOf?: Schema[];
}

export interface Operation {
  parameters?: { name: string; in: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

let read: Document | undefined;

function contract(): Document {
  read ??= JSON.parse(readFileSync("../openapi.json", "utf8")) as Document;
  return read;
}

/** The operation behind an address; words before parameters, as routers match. */
function operationOf(method: string, path: string): Operation | undefined {
  const shapes = Object.keys(contract().paths).filter((each) =>
    new RegExp(`^${each.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  const exact = shapes.sort((one, other) => one.split("{").length - other.split("{").length)[0];
  return exact === undefined ? undefined : contract().paths[exact]?.[method.toLowerCase()];
}

/** Whether the server has it at all. */
export const isInContract = (method: string, path: string): boolean =>
  operationOf(method, path) !== undefined;

/** The fields of a body, when the document closes them. */
function fieldsOf(schema: Schema): string[] | null {
  const name = schema.$ref?.split("/").at(-1);
  const found = name ? contract().components.schemas[name] : schema;
  if (!found?.properties || found.additionalProperties !== false) return null;
  return Object.keys(found.properties);
}

/** A field that the server would refuse, if there is one. */
export function unknownField(
  method: string,
  path: string,
  query: URLSearchParams,
  body: unknown,
): string | null {
  const operation = operationOf(method, path);
  if (!operation) return null;
  const known = (operation.parameters ?? []).flatMap((each) =>
    each.in === "query" ? [each.name] : [],
  );
  const asked = [...query.keys()].find((name) => !known.includes(name));
  if (asked !== undefined) return asked;
  const schema = operation.requestBody?.content["application/json"]?.schema;
  const fields = schema ? fieldsOf(schema) : null;
  if (!fields || typeof body !== "object" || body === null || Array.isArray(body)) return null;
  return Object.keys(body).find((name) => !fields.includes(name)) ?? null;
}
