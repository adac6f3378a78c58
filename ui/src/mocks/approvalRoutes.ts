// Test double: approvals.
import { json, notFound, page, problem } from "./answer";
import { at, journalHub } from "./db";
import { type Route, route } from "./route";

export const approvalRoutes: Route[] = [
  route("GET", "/api/v1/approvals", ({ db, request }) => {
    const wanted = new URL(request.url).searchParams;
    const status = wanted.get("status") ?? "pending";
    const execution = wanted.get("execution");
    return page(
      db.approvals.filter(
        (each) =>
          (status === "all" ||
            each.status === status ||
            (status === "decided" && each.status !== "pending")) &&
          (execution === null || each.execution_id === execution) &&
          (wanted.get("mine") !== "true" || each.can_decide),
      ),
    );
  }),
  route("GET", "/api/v1/approvals/{id}", ({ db, params }) => {
    const approval = db.approvals.find((each) => each.id === params.id);
    return approval ? json(approval) : notFound("approval", params.id ?? "");
  }),
  route("POST", "/api/v1/approvals/{id}/decide", async ({ db, params, request }) => {
    const approval = db.approvals.find((each) => each.id === params.id);
    if (!approval) return notFound("approval", params.id ?? "");
    if (approval.status !== "pending") {
      return problem(409, "invalid_state", `this approval is already ${approval.status}`);
    }
    if (!approval.can_decide) return problem(403, "forbidden", "you are not asked");
    const { approve, comment, form } = await request.json();
    const missing = Object.entries(approval.form).find(
      ([name, spec]) => approve && spec.required && form?.[name] === undefined,
    );
    if (missing) {
      return problem(422, "validation", "the form is not complete", [
        { field: `form.${missing[0]}`, message: "this is needed" },
      ]);
    }
    approval.decisions.push({
      by: db.session.user.name,
      approve,
      comment: comment ?? "",
      form: form ?? {},
      at: at(0),
    });
    const yes = approval.decisions.filter((each) => each.approve).length;
    const needed = typeof approval.rule === "string" ? 1 : approval.rule.quorum;
    approval.can_decide = false;
    if (!approve) approval.status = "rejected";
    else if (yes >= needed) approval.status = "approved";
    const execution = db.executions.find((each) => each.id === approval.execution_id);
    const step = execution?.steps.find((each) => each.id === approval.step);
    if (execution && step && approval.status !== "pending") {
      step.status = approve ? "completed" : "failed";
      step.finished_at = at(0);
      execution.status = approve ? "running" : "failed";
      journalHub(db, execution.id).emit("approval_decided", { at: at(0), step: step.id });
    }
    return json(approval);
  }),
];
