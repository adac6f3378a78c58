import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Approval } from "@/api/workflow-engine";

const linked = "text-accent underline-offset-2 hover:underline";

interface Props {
  approval: Approval;
  /** On the execution's page everything but the step is known. */
  isInline: boolean | undefined;
}

/** What a question belongs to, each a link to where one looks before one answers. */
export function Belongs({ approval, isInline }: Props) {
  const { t } = useTranslation();
  return (
    <dl className="flex flex-wrap gap-x-6 gap-y-2 text-sm">
      {!isInline && (
        <>
          <Fact name={t("approval.execution")}>
            <Link
              to="/executions/$id"
              params={{ id: approval.execution_id }}
              search={{ step: approval.step }}
              className={linked}
            >
              <bdi>{approval.execution_title}</bdi>
            </Link>
          </Fact>
          <Fact name={t("trigger.workflow")}>
            <Link to="/workflows/$slug" params={{ slug: approval.workflow }} className={linked}>
              <bdi>{approval.workflow_name}</bdi>
            </Link>
          </Fact>
          {approval.project && (
            <Fact name={t("workflow.forProject")}>
              <Link
                to="/projects/$key"
                params={{ key: approval.project }}
                search={{ execution: approval.execution_id }}
                className={linked}
              >
                <bdi>{approval.project}</bdi>
              </Link>
            </Fact>
          )}
        </>
      )}
      <Fact name={t("execution.step")}>
        <Link
          to="/executions/$id"
          params={{ id: approval.execution_id }}
          search={{ step: approval.step }}
          className={linked}
        >
          <bdi>{approval.step}</bdi>
        </Link>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 max-w-full">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="truncate">{children}</dd>
    </div>
  );
}
