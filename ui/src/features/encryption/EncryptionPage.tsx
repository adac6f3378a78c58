import { useQuery } from "@tanstack/react-query";
import { RefreshCw } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { keyStateOptions } from "@/api/virtualKeys";
import { Button } from "@/kit/Button";
import { Loaded } from "@/kit/Loaded";
import { Page } from "@/kit/Page";
import { Panel } from "@/kit/Panel";
import { Skeleton } from "@/kit/Skeleton";
import { useFormats } from "@/lib/useFormats";
import { RotateDialog } from "./RotateDialog";

/** What seals the organisation's secrets. Keys have names here and nothing else. */
export function EncryptionPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const query = useQuery(keyStateOptions);
  const [isRotating, setRotating] = useState(false);
  const placeName = (place: string) =>
    place === "vault" ? t("encryption.place.vault") : t("encryption.place.database");
  return (
    <Page title={t("nav.encryption")}>
      <Loaded query={query} skeleton={<Skeleton className="h-48" />}>
        {(state) => (
          <Panel
            title={t("encryption.title")}
            text={t("encryption.text")}
            actions={
              <Button onClick={() => setRotating(true)}>
                <RefreshCw aria-hidden />
                {t("encryption.rotate")}
              </Button>
            }
          >
            <dl className="grid gap-x-6 gap-y-3 text-sm sm:grid-cols-[12rem_1fr]">
              <dt className="text-muted">{t("encryption.master")}</dt>
              <dd>
                <bdi className="break-all font-mono text-xs">{state.master_key}</bdi>
              </dd>
              <dt className="text-muted">{t("encryption.keptIn")}</dt>
              <dd>{placeName(state.kept_in)}</dd>
              <dt className="text-muted">{t("encryption.secrets")}</dt>
              <dd>
                {state.secrets.length === 0 ? (
                  t("encryption.noSecrets")
                ) : (
                  <ul>
                    {state.secrets.map(({ kept_in, count }) => (
                      <li key={kept_in}>
                        {placeName(kept_in)}:{" "}
                        <span className="tabular-nums">{formats.number(count)}</span>
                      </li>
                    ))}
                  </ul>
                )}
              </dd>
            </dl>
            {isRotating && <RotateDialog state={state} onClose={() => setRotating(false)} />}
          </Panel>
        )}
      </Loaded>
    </Page>
  );
}
