// Test double: which permission an address of administration needs.
import type { Session } from "@/api/types";

type Permission = Session["permissions"][number];

/** The first line that matches decides; what no line names anyone may ask. */
const needs: [method: string, path: RegExp, permission: Permission][] = [
  ["GET", /^\/api\/v1\/platforms\/health/, "view_models"],
  ["", /^\/api\/v1\/platforms/, "manage_platforms"],
  ["GET", /^\/api\/v1\/(models|model-groups)/, "view_models"],
  ["", /^\/api\/v1\/model-groups/, "manage_platforms"],
  ["GET", /^\/api\/v1\/prices$/, "view_costs"],
  ["", /^\/api\/v1\/prices/, "manage_platforms"],
  ["GET", /^\/api\/v1\/(usage|model-calls|budgets|rate-limits|ai-access)/, "view_costs"],
  ["", /^\/api\/v1\/(budgets|rate-limits|ai-access)/, "manage_budgets"],
  ["", /^\/api\/v1\/virtual-keys/, "manage_virtual_keys"],
  ["", /^\/api\/v1\/settings/, "manage_settings"],
];

/** The permission that is missing, if one is. */
export function lacking(session: Session, method: string, path: string): Permission | null {
  const line = needs.find(
    ([wanted, shape]) => (wanted === "" || wanted === method) && shape.test(path),
  );
  return line && !session.permissions.includes(line[2]) ? line[2] : null;
}
