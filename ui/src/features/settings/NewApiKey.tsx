import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { CreatedApiKey } from "@/api/types";
import { Button } from "@/kit/Button";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { Snippet } from "@/kit/Snippet";
import { NewApiKeyForm } from "./NewApiKeyForm";

/** Asks for a name, then shows the key: the only time anyone can see it. */
export function NewApiKey({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  const [created, setCreated] = useState<CreatedApiKey | null>(null);
  function close() {
    setCreated(null);
    onClose();
  }
  return (
    <Modal
      isOpen={isOpen}
      isShownOnce={created !== null}
      onClose={close}
      title={created ? t("apiKey.created", { name: created.name }) : t("apiKey.create")}
    >
      {created ? (
        <div className="flex flex-col gap-4 p-5">
          <Notice tone="warn">{t("apiKey.once")}</Notice>
          {/* Null only when a create is repeated; the form sends each one once. */}
          {created.key && <Snippet text={created.key} what={t("apiKey.one")} />}
          <Button tone="primary" className="self-end" onClick={close}>
            {t("apiKey.done")}
          </Button>
        </div>
      ) : (
        <NewApiKeyForm onCancel={close} onCreated={setCreated} />
      )}
    </Modal>
  );
}
