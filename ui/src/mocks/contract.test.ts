import { expect, test } from "vitest";
import { isInContract, unknownField } from "./contract";

const field = (method: string, path: string, query: string, body: unknown = null) =>
  unknownField(method, path, new URLSearchParams(query), body);

test("routes of the server are known, others are not", () => {
  expect(isInContract("GET", "/api/v1/platforms/health")).toBe(true);
  expect(isInContract("PATCH", "/api/v1/platforms/plf_1")).toBe(true);
  expect(isInContract("PATCH", "/api/v1/platforms")).toBe(false);
  expect(isInContract("GET", "/api/v1/nothing")).toBe(false);
});

test("what the server would refuse is named", () => {
  expect(field("GET", "/api/v1/approvals", "status=all&colour=red")).toBe("colour");
  expect(field("GET", "/api/v1/approvals", "status=all&limit=3")).toBeNull();
  const budget = { scope: "organisation", period: "day", cap_micros: 1 };
  expect(field("POST", "/api/v1/budgets", "", budget)).toBeNull();
  expect(field("POST", "/api/v1/budgets", "", { ...budget, cap: 1 })).toBe("cap");
});
