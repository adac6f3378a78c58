import { useMutation } from "@tanstack/react-query";
import { LoaderCircle } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { signInByLink } from "@/api/identity";
import { Button } from "@/kit/Button";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { forgetFragmentToken } from "@/lib/fragmentToken";
import { useEnter } from "./useEnter";

/** Spends a one-time link as soon as it is opened. */
export function LinkSignIn({ token }: { token: string }) {
  const { t } = useTranslation();
  const enter = useEnter();
  const spent = useRef<string | null>(null);
  const { mutate, error } = useMutation({
    meta: { isPublic: true },
    mutationFn: signInByLink,
    onSuccess: async (session) => {
      forgetFragmentToken();
      await enter(session);
    },
  });
  useEffect(() => {
    // A token works once, so it must not be sent twice by a second run of this effect.
    if (spent.current === token) return;
    spent.current = token;
    mutate(token);
  }, [token, mutate]);

  if (error) {
    return (
      <div className="flex flex-col gap-4">
        <ProblemNotice error={error} />
        <p className="text-muted text-sm">{t("signIn.linkFailed")}</p>
        <Button onClick={forgetFragmentToken}>{t("signIn.usePassword")}</Button>
      </div>
    );
  }
  return (
    <p role="status" className="flex items-center gap-2 text-muted text-sm">
      <LoaderCircle className="size-4 animate-spin" aria-hidden />
      {t("signIn.byLink")}
    </p>
  );
}
