// Every failed request becomes a Problem: the server's problem+json, or our own words for a
// connection that never reached it.
export interface FieldError {
  field: string;
  message: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly requestId: string | null = null,
    readonly fields: FieldError[] = [],
  ) {
    super(detail);
    this.name = "Problem";
  }

  /** What is wrong with one field, as a problem of its own. */
  field(name: string): Problem | undefined {
    const found = this.fields.find((error) => error.field === name);
    return found && new Problem(this.status, this.code, found.message, this.requestId);
  }

  /** The same for a field that holds several things: with it, or with one of them, as `models[2]`. */
  within(name: string): Problem | undefined {
    const found = this.fields.find(({ field }) => field === name || field.startsWith(`${name}[`));
    return found && this.field(found.field);
  }
}

/** What is wrong with a field: in the reader's own words, or as the server says it. */
export type FieldFault = string | Problem;

interface Body {
  code?: unknown;
  detail?: unknown;
  title?: unknown;
  request_id?: unknown;
  errors?: unknown;
}

export function problemFrom(status: number, body: unknown, header: string | null): Problem {
  const b = (typeof body === "object" && body !== null ? body : {}) as Body;
  const text = (value: unknown) => (typeof value === "string" && value !== "" ? value : null);
  return new Problem(
    status,
    text(b.code) ?? "internal",
    text(b.detail) ?? text(b.title) ?? `HTTP ${status}`,
    text(b.request_id) ?? header,
    Array.isArray(b.errors) ? (b.errors as FieldError[]) : [],
  );
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "offline", error instanceof Error ? error.message : String(error));
}
