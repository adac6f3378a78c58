// Typed inputs as fields: what is typed becomes the value that is sent, or says why it cannot. Pure.
import type { InputSpec, InputSpecs } from "@/api/workflow-engine";
import { latinNumber } from "./amount";

export type FieldSpec = InputSpec;
export type FieldSpecs = InputSpecs;

/** What stands in the fields: text for everything but switches. */
export type Draft = Record<string, string | boolean>;

export type InputFault = "required" | "number" | "integer" | "json" | "list" | "object";

export interface Read {
  values: Record<string, unknown>;
  faults: Record<string, InputFault>;
}

export type Control = "text" | "long" | "number" | "switch" | "options" | "json";

export function controlOf(name: string, spec: InputSpec): Control {
  if (spec.options && spec.options.length > 0) return "options";
  switch (spec.type) {
    case "boolean":
      return "switch";
    case "number":
    case "integer":
      return "number";
    case "list":
    case "object":
      return "json";
    default:
      return isLong(name, spec) ? "long" : "text";
  }
}

/** Names of things that people write sentences into. */
const prose =
  /idea|description|text|prompt|message|comment|reason|notes?|body|details|requirements/i;

const isLong = (name: string, spec: InputSpec) =>
  prose.test(name) || (typeof spec.default === "string" && spec.default.length > 60);

const written = (value: unknown): string =>
  typeof value === "string" ? value : value === undefined || value === null ? "" : json(value);

const json = (value: unknown) => JSON.stringify(value, null, 2);

export function draftOf(specs: InputSpecs, given: Record<string, unknown> = {}): Draft {
  return Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => {
      const value = name in given ? given[name] : spec.default;
      return [name, controlOf(name, spec) === "switch" ? value === true : written(value)];
    }),
  );
}

/** Empty fields are left out, so that the definition's default counts. */
export function readDraft(specs: InputSpecs, draft: Draft): Read {
  const read: Read = { values: {}, faults: {} };
  for (const [name, spec] of Object.entries(specs)) {
    const typed = draft[name];
    if (typeof typed === "boolean") {
      read.values[name] = typed;
      continue;
    }
    const text = (typed ?? "").trim();
    if (text === "") {
      if (spec.required && (spec.default === undefined || spec.default === null)) {
        read.faults[name] = "required";
      }
      continue;
    }
    const value = typedValue(spec, typed ?? "");
    if (value.fault) read.faults[name] = value.fault;
    else read.values[name] = value.value;
  }
  return read;
}

function typedValue(spec: InputSpec, text: string): { value?: unknown; fault?: InputFault } {
  const option = spec.options?.find((each) => written(each) === text);
  if (option !== undefined) return { value: option };
  switch (spec.type) {
    case "number":
    case "integer": {
      const number = Number(latinNumber(text.trim()));
      if (!Number.isFinite(number)) return { fault: "number" };
      // One that is too large would be sent as another one.
      if (spec.type === "integer" && !Number.isSafeInteger(number)) return { fault: "integer" };
      return { value: number };
    }
    case "boolean":
      return { value: text.trim() === "true" };
    case "list":
    case "object": {
      let value: unknown;
      try {
        value = JSON.parse(text);
      } catch {
        return { fault: "json" };
      }
      if (spec.type === "list") return Array.isArray(value) ? { value } : { fault: "list" };
      const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
      return isObject ? { value } : { fault: "object" };
    }
    default:
      return { value: text };
  }
}

/** Specs for values whose definition is not known, from what they are. */
export function specsOf(values: Record<string, unknown>): InputSpecs {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      { type: typeOf(value), description: "", required: false },
    ]),
  );
}

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "list";
  if (typeof value === "object" && value !== null) return "object";
  return typeof value === "number" || typeof value === "boolean" ? typeof value : "string";
}

export const optionText = written;
