import { Link } from "@tanstack/react-router";
import { CornerDownRight, CornerLeftUp, GitBranch, History } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { ExecutionStatusBadge } from "@/kit/ExecutionStatusBadge";

/** Where it came from and what came from it. */
export function Relations({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  const { origin, parent, children = [], continued_by = [] } = execution;
  if (!origin && !parent && children.length + continued_by.length === 0) return null;
  return (
    <section
      aria-label={t("execution.relations")}
      className="flex flex-col gap-2 rounded-lg border border-line bg-surface px-4 py-3 text-sm shadow-card"
    >
      {origin && (
        <Row icon={<History aria-hidden />}>
          {t(`execution.origin.${origin.mode}`)} <To id={origin.execution_id} />
        </Row>
      )}
      {parent && (
        <Row icon={<CornerLeftUp className="rtl:-scale-x-100" aria-hidden />}>
          {t("execution.parent", { step: parent.step })} <To id={parent.execution_id} />
        </Row>
      )}
      {continued_by.map((each) => (
        <Row key={each.execution_id} icon={<GitBranch aria-hidden />}>
          {t(`execution.continued.${each.mode}`)} <To id={each.execution_id} />
          <ExecutionStatusBadge status={each.status} />
        </Row>
      ))}
      {children.length > 0 && (
        <details open={children.length <= 3}>
          <summary className="cursor-pointer font-medium">
            {t("execution.children", { count: children.length })}
          </summary>
          <ul className="mt-2 flex flex-col gap-2">
            {children.map((child) => (
              <li key={child.execution_id}>
                <Row icon={<CornerDownRight className="rtl:-scale-x-100" aria-hidden />}>
                  <bdi>
                    {execution.steps.find((step) => step.id === child.step)?.name ?? child.step}
                  </bdi>
                  <To id={child.execution_id} />
                  <ExecutionStatusBadge status={child.status} />
                </Row>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}

function Row({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <p className="flex min-w-0 flex-wrap items-center gap-x-2 gap-y-1 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-muted">
      {icon}
      {children}
    </p>
  );
}

function To({ id }: { id: string }) {
  return (
    <Link
      to="/executions/$id"
      params={{ id }}
      className="truncate font-mono text-accent text-xs underline-offset-2 hover:underline"
      dir="ltr"
    >
      {id}
    </Link>
  );
}
