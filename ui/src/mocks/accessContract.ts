// Test double: what the document says about the access of people to AI, written by hand from the
// contract of its routes.
import type { Operation } from "./contract";

const query = (name: string) => ({ name, in: "query" });

const fields = ["platforms", "models", "agents", "tokens_per_request", "requests_per_hour"];

export const accessPaths: Record<string, Record<string, Operation>> = {
  "/api/v1/ai-access": { get: { parameters: [query("cursor"), query("limit"), query("q")] } },
  "/api/v1/ai-access/{user_id}": {
    get: {},
    put: {
      requestBody: {
        content: {
          "application/json": {
            schema: {
              properties: Object.fromEntries(fields.map((name) => [name, {}])),
              additionalProperties: false,
            },
          },
        },
      },
    },
    delete: {},
  },
};
