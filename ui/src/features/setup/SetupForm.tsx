import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { setUp } from "@/api/identity";
import { keys } from "@/api/keys";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { PasswordInput } from "@/kit/PasswordInput";
import { FormProblem } from "@/kit/ProblemNotice";
import { adopt } from "@/lib/adopt";
import { forgetFragmentToken } from "@/lib/fragmentToken";
import { toLocale } from "@/lib/i18n";
import { asProblem } from "@/lib/problem";

const shortestPassword = 15;

export function SetupForm({ token }: { token: string }) {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const [form, setForm] = useState({ name: "", email: "", organisation: "", password: "" });
  const [isTried, setTried] = useState(false);
  const create = useMutation({
    meta: { isPublic: true },
    mutationFn: () => setUp({ ...form, token, locale: toLocale(i18n.language) }),
    onSuccess: async (session) => {
      forgetFragmentToken();
      queryClient.setQueryData(keys.setup, { required: false });
      queryClient.setQueryData(keys.session, session);
      await adopt(session);
      await navigate({ to: "/projects", replace: true });
    },
  });
  const problem = create.error ? asProblem(create.error) : null;
  const isShort = form.password.length < shortestPassword;
  const set = (name: keyof typeof form) => (event: { target: { value: string } }) =>
    setForm({ ...form, [name]: event.target.value });

  function submit(event: FormEvent) {
    event.preventDefault();
    setTried(true);
    if (!isShort) create.mutate();
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <FormProblem problem={problem} />
      <Field label={t("setup.name")} error={problem?.field("name")}>
        {(control) => (
          <Input
            {...control}
            required
            autoComplete="name"
            value={form.name}
            onChange={set("name")}
          />
        )}
      </Field>
      <Field label={t("account.email")} error={problem?.field("email")}>
        {(control) => (
          <Input
            {...control}
            required
            type="email"
            dir="ltr"
            autoComplete="username"
            value={form.email}
            onChange={set("email")}
          />
        )}
      </Field>
      <Field label={t("setup.organisation")} error={problem?.field("organisation")}>
        {(control) => (
          <Input
            {...control}
            required
            autoComplete="organization"
            value={form.organisation}
            onChange={set("organisation")}
          />
        )}
      </Field>
      <Field
        label={t("account.password")}
        hint={t("setup.passwordHint", { count: shortestPassword })}
        error={
          problem?.field("password") ??
          (isTried && isShort ? t("setup.passwordShort", { count: shortestPassword }) : undefined)
        }
      >
        {(control) => (
          <PasswordInput
            {...control}
            required
            autoComplete="new-password"
            value={form.password}
            onChange={set("password")}
          />
        )}
      </Field>
      <Button type="submit" tone="primary" isBusy={create.isPending}>
        {t("setup.action")}
      </Button>
    </form>
  );
}
