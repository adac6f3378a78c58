// Test double: how the pretend server words its answers.
export function json(body: unknown, status = 200): Response {
  if (status === 204) return new Response(null, { status });
  return new Response(JSON.stringify(body), {
    status,
    headers: { "content-type": "application/json", "x-request-id": "req_01kmock" },
  });
}

export function problem(
  status: number,
  code: string,
  detail: string,
  errors?: { field: string; message: string }[],
): Response {
  return new Response(
    JSON.stringify({
      type: "about:blank",
      title: code,
      status,
      code,
      detail,
      request_id: "req_01kmock",
      errors,
    }),
    { status, headers: { "content-type": "application/problem+json" } },
  );
}

export const page = (items: unknown[]) => json({ items, next: null });

export const notFound = (what: string, id: string) =>
  problem(404, "not_found", `there is no ${what} "${id}"`);

/** What the server says when a field names what is not there. */
export const unknown = (field: string, message: string) =>
  problem(422, "unknown_reference", `${field}: ${message}`, [{ field, message }]);
