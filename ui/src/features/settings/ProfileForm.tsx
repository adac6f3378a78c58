import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { changeProfile, sessionOptions } from "@/api/identity";
import { keys } from "@/api/keys";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Panel } from "@/kit/Panel";
import { Select } from "@/kit/Select";
import { toastProblem } from "@/kit/toastProblem";
import { adopt } from "@/lib/adopt";
import { languageNames, locales, toLocale } from "@/lib/i18n";
import type { Theme } from "@/lib/theme";

const themes: Theme[] = ["system", "light", "dark"];

export function ProfileForm() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { data: session } = useQuery(sessionOptions);
  const [name, setName] = useState(session?.user.name ?? "");
  const change = useMutation({
    mutationFn: changeProfile,
    onSuccess: async (changed) => {
      queryClient.setQueryData(keys.session, changed);
      await adopt(changed);
    },
    onError: (error) => toastProblem(error),
  });
  if (!session) return null;
  const { user, role, organisation } = session;
  return (
    <div className="flex flex-col gap-6">
      <Panel title={t("settings.profile")}>
        <form
          className="flex max-w-sm flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            change.mutate({ name }, { onSuccess: () => void toast.success(t("settings.saved")) });
          }}
        >
          <Field label={t("setup.name")}>
            {(control) => (
              <Input
                {...control}
                required
                dir="auto"
                autoComplete="name"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
            <dt className="text-muted">{t("account.email")}</dt>
            <dd>
              <bdi>{user.email}</bdi>
            </dd>
            <dt className="text-muted">{t("setup.organisation")}</dt>
            <dd>
              <bdi>{organisation.name}</bdi>
            </dd>
            <dt className="text-muted">{t("settings.role")}</dt>
            <dd>
              <bdi>{role.name}</bdi>
            </dd>
          </dl>
          <Button
            type="submit"
            tone="primary"
            className="self-start"
            disabled={name.trim() === "" || name === user.name}
            isBusy={change.isPending}
          >
            {t("action.save")}
          </Button>
        </form>
      </Panel>
      <Panel title={t("settings.look")}>
        <div className="flex max-w-sm flex-col gap-4">
          <Field label={t("settings.language")}>
            {(control) => (
              <Select
                {...control}
                value={user.locale}
                onChange={(event) => change.mutate({ locale: toLocale(event.target.value) })}
              >
                {locales.map((locale) => (
                  <option key={locale} value={locale} lang={locale}>
                    {languageNames[locale]}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("settings.theme")}>
            {(control) => (
              <Select
                {...control}
                value={user.theme}
                onChange={(event) => change.mutate({ theme: event.target.value as Theme })}
              >
                {themes.map((theme) => (
                  <option key={theme} value={theme}>
                    {t(`theme.${theme}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
      </Panel>
    </div>
  );
}
