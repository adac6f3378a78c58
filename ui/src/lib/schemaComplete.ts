// What a JSON Schema allows at a place of a document: keys with their descriptions, and values. Pure.
export interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema | boolean>;
  additionalProperties?: Schema | boolean;
  items?: Schema | boolean;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  required?: string[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
}

export interface Offer {
  label: string;
  detail: string;
  info: string;
  /** What a key leads to, so that the editor can open it. */
  opens: "value" | "mapping" | "list";
}

/** Everything that a schema may mean: itself, what it refers to, and its alternatives. */
function meanings(root: Schema, schema: Schema | boolean | undefined, depth = 0): Schema[] {
  if (typeof schema !== "object" || depth > 12) return [];
  const found = [schema];
  if (schema.$ref?.startsWith("#/$defs/")) {
    found.push(...meanings(root, root.$defs?.[schema.$ref.slice(8)], depth + 1));
  }
  for (const each of [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])]) {
    found.push(...meanings(root, each, depth + 1));
  }
  return found;
}

function descend(root: Schema, path: string[]): Schema[] {
  let here = meanings(root, root);
  for (const part of path) {
    here = here.flatMap((schema) => {
      if (part === "[]") return meanings(root, schema.items);
      const named = schema.properties?.[part];
      if (named !== undefined) return meanings(root, named);
      return meanings(root, schema.additionalProperties);
    });
  }
  return here;
}

/** Whether the language itself has the key at the end of the path, and not only a place for any. */
export function isNamed(root: Schema, path: string[]): boolean {
  const key = path.at(-1) ?? "";
  return descend(root, path.slice(0, -1)).some(
    ({ properties }) => properties?.[key] !== undefined && properties[key] !== false,
  );
}

const typesOf = (schemas: Schema[]) => [
  ...new Set(schemas.flatMap((each) => each.type ?? (each.properties ? "object" : []))),
];

const textOf = (schemas: Schema[]) => schemas.find((each) => each.description)?.description ?? "";

export function keysAt(root: Schema, path: string[], taken: string[] = []): Offer[] {
  const offers = new Map<string, Offer>();
  for (const schema of descend(root, path)) {
    for (const [label, value] of Object.entries(schema.properties ?? {})) {
      if (value === false || taken.includes(label) || offers.has(label)) continue;
      const all = meanings(root, value);
      const types = typesOf(all);
      offers.set(label, {
        label,
        detail: types.join(" | "),
        info: textOf(all),
        opens: types.includes("string")
          ? "value"
          : types.includes("object")
            ? "mapping"
            : types.includes("array")
              ? "list"
              : "value",
      });
    }
  }
  return [...offers.values()];
}

export function valuesAt(root: Schema, path: string[]): Offer[] {
  const here = descend(root, path);
  const values = here.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...(schema.const === undefined ? [] : [schema.const]),
  ]);
  if (typesOf(here).includes("boolean")) values.push(true, false);
  const info = textOf(here);
  return [...new Set(values.map(String))].map((label) => ({
    label,
    detail: "",
    info,
    opens: "value",
  }));
}
