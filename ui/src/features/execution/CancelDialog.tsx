import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Modal } from "@/kit/Modal";
import { Textarea } from "@/kit/Textarea";
import { useOrder } from "./useOrder";

interface Props {
  execution: ExecutionDetail;
  onClose: () => void;
}

export function CancelDialog({ execution, onClose }: Props) {
  const { t } = useTranslation();
  const [reason, setReason] = useState("");
  const order = useOrder(execution.id, onClose);
  return (
    <Modal
      isOpen
      onClose={onClose}
      title={t("execution.cancelTitle")}
      description={t("execution.cancelText")}
    >
      <form
        className="flex flex-col gap-4 p-5"
        onSubmit={(event) => {
          event.preventDefault();
          order.mutate({ what: "cancel", reason: reason.trim() });
        }}
      >
        <Field label={t("execution.reason")} hint={t("execution.reasonHint")}>
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              maxLength={500}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{t("action.keep")}</Button>
          <Button type="submit" tone="danger" isBusy={order.isPending}>
            {t("execution.cancel")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
