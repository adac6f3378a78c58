import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { KeyState } from "@/api/gateway";
import { keys } from "@/api/keys";
import { rotateKeys } from "@/api/virtualKeys";
import { Button } from "@/kit/Button";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { SwitchField } from "@/kit/SwitchField";

interface Props {
  state: KeyState;
  onClose: () => void;
}

/** Says what a rotation will do before it does it, and what it did afterwards. */
export function RotateDialog({ state, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [master, setMaster] = useState(false);
  const rotate = useMutation({
    mutationFn: () => rotateKeys(master),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.keyState }),
  });
  const count = state.secrets
    .filter((each) => each.kept_in === "database")
    .reduce((sum, each) => sum + each.count, 0);
  const done = rotate.data;
  return (
    <Modal isOpen onClose={onClose} title={t("encryption.rotate")}>
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5 text-sm">
        {done ? (
          <>
            <div role="status" className="flex flex-col gap-2">
              <p className="flex items-center gap-2 font-medium">
                <CircleCheck className="size-4 text-ok" aria-hidden />
                {t("encryption.resealed", { count: done.resealed })}
              </p>
              <p className="text-muted">
                {t("encryption.newKey")} <bdi className="font-mono text-xs">{done.key_id}</bdi>
              </p>
              {done.deleted_keys > 0 && (
                <p className="text-muted">
                  {t("encryption.deleted", { count: done.deleted_keys })}
                </p>
              )}
              {done.master_replaced && <p>{t("encryption.masterReplaced")}</p>}
            </div>
            {done.master_replaced && <Notice tone="warn">{t("encryption.backUp")}</Notice>}
            <Button tone="primary" className="self-end" onClick={onClose}>
              {t("action.close")}
            </Button>
          </>
        ) : (
          <>
            <SwitchField
              label={t("encryption.withMaster")}
              hint={t("encryption.withMasterHint")}
              isOn={master}
              onChange={setMaster}
            />
            <section aria-labelledby="rotation-plan">
              <h3 id="rotation-plan" className="font-medium">
                {t("encryption.plan")}
              </h3>
              <ul className="mt-1 flex list-inside list-disc flex-col gap-1 text-muted marker:text-edge">
                <li>{t("encryption.willReseal", { count })}</li>
                <li>{t("encryption.willDelete")}</li>
                {master && <li>{t("encryption.willReplaceMaster", { name: state.master_key })}</li>}
                <li>{t("encryption.goesOn")}</li>
              </ul>
            </section>
            <ProblemNotice error={rotate.error} />
            <div className="flex justify-end gap-2">
              <Button onClick={onClose}>{t("action.cancel")}</Button>
              <Button tone="primary" isBusy={rotate.isPending} onClick={() => rotate.mutate()}>
                {t("encryption.rotate")}
              </Button>
            </div>
          </>
        )}
      </div>
    </Modal>
  );
}
