import { useTranslation } from "react-i18next";
import { DoorPage } from "@/kit/DoorPage";
import { Notice } from "@/kit/Notice";
import { Snippet } from "@/kit/Snippet";
import { useFragmentToken } from "@/lib/fragmentToken";
import { SetupForm } from "./SetupForm";

export function SetupPage() {
  const { t } = useTranslation();
  const token = useFragmentToken();
  return (
    <DoorPage title={t("setup.title")} text={t("setup.text")}>
      {token === null ? (
        <div className="flex flex-col gap-3">
          <Notice tone="warn">{t("setup.noToken")}</Notice>
          <p className="text-muted text-sm">{t("setup.newLink")}</p>
          <Snippet text="hishamos serve" what={t("setup.command")} />
        </div>
      ) : (
        <SetupForm token={token} />
      )}
    </DoorPage>
  );
}
