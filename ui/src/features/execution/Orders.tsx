import {
  Ellipsis,
  GitFork,
  Pause,
  Play,
  RadioTower,
  RotateCcw,
  SkipForward,
  Square,
  Undo2,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { Menu, MenuItem } from "@/kit/Menu";
import { ordersOf } from "@/lib/orders";
import { AgainDialog, type Mode } from "./AgainDialog";
import { CancelDialog } from "./CancelDialog";
import { ForkDialog } from "./ForkDialog";
import { SignalDialog } from "./SignalDialog";
import { useOrder } from "./useOrder";

const menu = ["resume-from", "fork", "rollback", "signal"] as const;

type Open = Mode | "cancel" | "fork" | "signal" | null;

/** All that the engine would take: of one that lives, and of one that has ended. */
export function Orders({ execution }: { execution: ExecutionDetail }) {
  const { t } = useTranslation();
  const canOrder = useCan("execute_workflow");
  const [open, setOpen] = useState<Open>(null);
  const order = useOrder(execution.id, () => {});
  if (!canOrder) return null;
  const can = ordersOf(execution);
  const hasMenu = menu.some((each) => can.has(each));
  const close = () => setOpen(null);
  return (
    <div className="flex flex-wrap gap-2">
      {can.has("retry") && (
        <Button tone="primary" onClick={() => setOpen("retry")}>
          <RotateCcw aria-hidden />
          {t("execution.retry")}
        </Button>
      )}
      {can.has("resume") && (
        <Button isBusy={order.isPending} onClick={() => order.mutate({ what: "resume" })}>
          <Play className="rtl:-scale-x-100" aria-hidden />
          {t("execution.resume")}
        </Button>
      )}
      {can.has("pause") && (
        <Button isBusy={order.isPending} onClick={() => order.mutate({ what: "pause" })}>
          <Pause aria-hidden />
          {t("execution.pause")}
        </Button>
      )}
      {can.has("cancel") && (
        <Button tone="danger" onClick={() => setOpen("cancel")}>
          <Square aria-hidden />
          {t("execution.cancel")}
        </Button>
      )}
      {hasMenu && (
        <Menu
          label={t("execution.more")}
          trigger={
            <Button size="icon" aria-label={t("execution.more")}>
              <Ellipsis aria-hidden />
            </Button>
          }
        >
          {can.has("resume-from") && (
            <MenuItem onSelect={() => setOpen("resume-from")}>
              <SkipForward className="rtl:-scale-x-100" aria-hidden />
              {t("execution.resumeFromMenu")}
            </MenuItem>
          )}
          {can.has("fork") && (
            <MenuItem onSelect={() => setOpen("fork")}>
              <GitFork aria-hidden />
              {t("execution.forkMenu")}
            </MenuItem>
          )}
          {can.has("rollback") && (
            <MenuItem onSelect={() => setOpen("rollback")}>
              <Undo2 aria-hidden />
              {t("execution.rollbackMenu")}
            </MenuItem>
          )}
          {can.has("signal") && (
            <MenuItem onSelect={() => setOpen("signal")}>
              <RadioTower aria-hidden />
              {t("execution.signalMenu")}
            </MenuItem>
          )}
        </Menu>
      )}
      {open === "cancel" && <CancelDialog execution={execution} onClose={close} />}
      {open === "signal" && <SignalDialog execution={execution} onClose={close} />}
      {open === "fork" && <ForkDialog execution={execution} onClose={close} />}
      {(open === "retry" || open === "resume-from" || open === "rollback") && (
        <AgainDialog execution={execution} mode={open} onClose={close} />
      )}
    </div>
  );
}
