import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { sendSignal } from "@/api/executions";
import type { ExecutionDetail } from "@/api/workflow-engine";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { Textarea } from "@/kit/Textarea";
import { useProblemLine } from "@/kit/useProblemLine";

interface Props {
  execution: ExecutionDetail;
  onClose: () => void;
}

/** Tells a waiting execution that something has happened outside. */
export function SignalDialog({ execution, onClose }: Props) {
  const { t } = useTranslation();
  const problemLine = useProblemLine();
  const [name, setName] = useState("");
  const [payload, setPayload] = useState("");
  const [isWrong, setWrong] = useState(false);
  const send = useMutation({
    mutationFn: (value: unknown) => sendSignal(execution.id, name.trim(), value),
    onSuccess: () => {
      toast.success(t("execution.signalSent"));
      onClose();
    },
  });
  const submit = () => {
    try {
      const value = payload.trim() === "" ? undefined : JSON.parse(payload);
      setWrong(false);
      send.mutate(value);
    } catch {
      setWrong(true);
    }
  };
  return (
    <Modal
      isOpen
      onClose={onClose}
      title={t("execution.signalTitle")}
      description={t("execution.signalText")}
    >
      <form
        className="flex flex-col gap-4 p-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label={t("execution.signalName")}
          error={send.error ? problemLine(send.error) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              required
              dir="ltr"
              value={name}
              placeholder="payment.received"
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t("execution.signalPayload")}
          hint={t("execution.signalPayloadHint")}
          error={isWrong ? t("field.fault.json") : undefined}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={3}
              className="font-mono"
              spellCheck={false}
              value={payload}
              onChange={(event) => setPayload(event.target.value)}
            />
          )}
        </Field>
        <FormButtons isDisabled={name.trim() === ""} isBusy={send.isPending} onCancel={onClose}>
          {t("execution.signalSend")}
        </FormButtons>
      </form>
    </Modal>
  );
}
