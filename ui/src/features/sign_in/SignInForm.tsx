import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { signIn } from "@/api/identity";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Notice } from "@/kit/Notice";
import { PasswordInput } from "@/kit/PasswordInput";
import { ProblemText } from "@/kit/ProblemText";
import { asProblem } from "@/lib/problem";
import { useEnter } from "./useEnter";

export function SignInForm() {
  const { t } = useTranslation();
  const enter = useEnter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const attempt = useMutation({
    meta: { isPublic: true },
    mutationFn: () => signIn({ email, password }),
    onSuccess: enter,
  });
  const problem = attempt.error ? asProblem(attempt.error) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    attempt.mutate();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      {problem && (
        <Notice tone="danger" role="alert">
          {problem.code === "unauthenticated" ? t("signIn.wrong") : <ProblemText error={problem} />}
        </Notice>
      )}
      <Field label={t("account.email")}>
        {(control) => (
          <Input
            {...control}
            required
            type="email"
            dir="ltr"
            autoComplete="username"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("account.password")}>
        {(control) => (
          <PasswordInput
            {...control}
            required
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit" tone="primary" isBusy={attempt.isPending}>
        {t("signIn.action")}
      </Button>
      <p className="text-muted text-xs">{t("signIn.forgot")}</p>
    </form>
  );
}
