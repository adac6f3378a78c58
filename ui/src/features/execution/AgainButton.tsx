import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { ordersOf } from "@/lib/orders";
import { AgainDialog } from "./AgainDialog";

interface Props {
  execution: ExecutionDetail;
  /** The step whose work stays: what waits for it is done again. */
  after: string;
}

export function AgainButton({ execution, after }: Props) {
  const { t } = useTranslation();
  const canOrder = useCan("execute_workflow");
  const [isOpen, setOpen] = useState(false);
  const next = execution.steps.find((step) => step.needs.includes(after));
  if (!canOrder || !ordersOf(execution).has("resume-from") || !next) return null;
  return (
    <>
      <Button size="sm" onClick={() => setOpen(true)}>
        <RotateCcw aria-hidden />
        {t("execution.fromHere")}
      </Button>
      {isOpen && (
        <AgainDialog
          execution={execution}
          mode="resume-from"
          step={next.id}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  );
}
