import { Link } from "@tanstack/react-router";
import { Tabs } from "radix-ui";
import { Trans, useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import { Notice } from "@/kit/Notice";
import { Panel } from "@/kit/Panel";
import { Snippet } from "@/kit/Snippet";
import { configFor, providers } from "./providerConfig";

/** How to connect a model of one's own: three steps with text to copy. */
export function ConnectProvider() {
  const { t, i18n } = useTranslation();
  const managesPlatforms = useCan("manage_platforms");
  return (
    <Panel title={t("connect.title")} text={t("connect.text")}>
      {managesPlatforms && (
        <Notice className="mb-4">
          <Link to="/admin/platforms">{t("nav.platforms")}</Link> {t("connect.here")}
        </Notice>
      )}
      <Tabs.Root defaultValue={providers[0]?.name} dir={i18n.dir()}>
        <Tabs.List
          aria-label={t("connect.provider")}
          className="-mx-1 mb-4 flex gap-1 overflow-x-auto p-1 text-sm"
        >
          {providers.map(({ name, label }) => (
            <Tabs.Trigger
              key={name}
              value={name}
              className="h-8 shrink-0 rounded-md px-3 text-muted hover:bg-hover data-[state=active]:bg-accent-soft data-[state=active]:font-medium data-[state=active]:text-accent max-md:h-10"
            >
              {label ?? t("connect.other")}
            </Tabs.Trigger>
          ))}
        </Tabs.List>
        {providers.map((provider) => (
          <Tabs.Content key={provider.name} value={provider.name}>
            <ol className="flex list-inside list-decimal flex-col gap-4 text-sm marker:text-muted">
              {provider.keyEnv && (
                <li>
                  {t("connect.key")}
                  <div className="mt-2">
                    <Snippet text={`export ${provider.keyEnv}=…`} what={t("connect.keyCommand")} />
                  </div>
                </li>
              )}
              <li>
                <Trans
                  i18nKey="connect.file"
                  components={{ code: <code dir="ltr" className="font-mono text-xs" /> }}
                />
                <div className="mt-2">
                  <Snippet text={configFor(provider)} what="hishamos.toml" />
                </div>
              </li>
              <li>{t("connect.restart")}</li>
            </ol>
          </Tabs.Content>
        ))}
      </Tabs.Root>
    </Panel>
  );
}
