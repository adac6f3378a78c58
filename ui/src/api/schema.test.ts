import { readFileSync } from "node:fs";
import openapi, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { expect, test } from "vitest";

// The server's contract is ../openapi.json; the types are made from it by `npm run gen`.
test("the API types are those of openapi.json", async () => {
  const contract = readFileSync("../openapi.json", "utf8");
  const made = astToString(await openapi(contract, { emptyObjectsUnknown: true }));
  const kept = readFileSync("src/api/schema.ts", "utf8");
  expect(kept.replace(COMMENT_HEADER, "").trim()).toBe(made.replace(COMMENT_HEADER, "").trim());
});
