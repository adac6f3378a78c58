import { useMutation } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { CreatedVirtualKey } from "@/api/gateway";
import { revokeVirtualKey } from "@/api/virtualKeys";
import { Button } from "@/kit/Button";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { asProblem } from "@/lib/problem";

interface Props {
  lost: CreatedVirtualKey;
  /** Makes another one like it. */
  create: () => Promise<CreatedVirtualKey>;
  onCreated: (created: CreatedVirtualKey) => void;
  onSettled: () => void;
  onClose: () => void;
}

/** A key that was made, but whose one answer with the key in it never came: nobody can use it. */
export function LostKey({ lost, create, onCreated, onSettled, onClose }: Props) {
  const { t } = useTranslation();
  const replace = useMutation({
    mutationFn: async () => {
      await revokeVirtualKey(lost.id).catch((error: unknown) => {
        // Revoked before, when making the other one failed.
        if (asProblem(error).status !== 404) throw error;
      });
      return create();
    },
    onSuccess: onCreated,
    onSettled,
  });
  return (
    <Modal isOpen isWide onClose={onClose} title={t("apiKey.created", { name: lost.name })}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5 text-sm">
        <Notice tone="warn" role="alert">
          {t("virtualKey.lost")}
        </Notice>
        <ProblemNotice error={replace.error} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>{t("action.close")}</Button>
          <Button tone="primary" isBusy={replace.isPending} onClick={() => replace.mutate()}>
            {t("virtualKey.replace")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
