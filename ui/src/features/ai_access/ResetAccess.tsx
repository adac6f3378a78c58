import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { resetAccess } from "@/api/access";
import type { Access } from "@/api/gateway";
import { keys } from "@/api/keys";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { toastProblem } from "@/kit/toastProblem";
import { useFacts } from "./useFacts";

interface Props {
  access: Access;
  onDone: () => void;
}

/** Gives a person everything again, after saying what that changes. */
export function ResetAccess({ access, onDone }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const factsOf = useFacts();
  const [isAsking, setAsking] = useState(false);
  const reset = useMutation({
    mutationFn: () => resetAccess(access.user_id),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: keys.access });
      toast.success(t("access.wasReset", { name: access.name }));
      onDone();
    },
    onError: (error) => toastProblem(error),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button tone="danger" className="me-auto" onClick={() => setAsking(true)}>
        {t("access.reset")}
      </Button>
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => reset.mutate()}
        isBusy={reset.isPending}
        title={t("access.resetTitle", { name: access.name })}
        text={
          <>
            {t("access.resetText")}
            <span className="mt-3 block">
              <span className="font-medium text-ink">{t("access.resetGone")}</span>
              {factsOf(access).map((fact) => (
                <span key={fact} className="mt-1 block border-line border-s-2 ps-2">
                  {fact}
                </span>
              ))}
            </span>
          </>
        }
        action={t("access.reset")}
      />
    </>
  );
}
