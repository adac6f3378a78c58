import { ApprovalsOf } from "@/features/approval/ApprovalsOf";
import { ExecutionPage, type Slots } from "@/features/execution/ExecutionPage";

const slots: Slots = {
  approvals: (execution) => (
    <ApprovalsOf
      executionId={execution.id}
      waiting={execution.steps
        .filter((step) => step.status === "waiting_approval")
        .map((step) => step.id)}
    />
  ),
};

/** An execution with the questions that it waits with. */
export function ExecutionRoute() {
  return <ExecutionPage slots={slots} />;
}
