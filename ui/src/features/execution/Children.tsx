import { Link } from "@tanstack/react-router";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { ExecutionStatusBadge } from "@/kit/ExecutionStatusBadge";

/** The executions that a step started. */
export function Children({ execution, step }: { execution: ExecutionDetail; step: string }) {
  const own = (execution.children ?? []).filter((child) => child.step === step);
  if (own.length === 0) return null;
  return (
    <ul className="flex flex-col gap-1.5 text-sm">
      {own.map((child) => (
        <li key={child.execution_id} className="flex min-w-0 items-center gap-2">
          <Link
            to="/executions/$id"
            params={{ id: child.execution_id }}
            className="truncate font-mono text-accent text-xs hover:underline"
            dir="ltr"
          >
            {child.execution_id}
          </Link>
          <ExecutionStatusBadge status={child.status} />
        </li>
      ))}
    </ul>
  );
}
