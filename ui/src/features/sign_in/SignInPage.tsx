import { useTranslation } from "react-i18next";
import { DoorPage } from "@/kit/DoorPage";
import { useFragmentToken } from "@/lib/fragmentToken";
import { LinkSignIn } from "./LinkSignIn";
import { SignInForm } from "./SignInForm";

export function SignInPage() {
  const { t } = useTranslation();
  const token = useFragmentToken();
  return (
    <DoorPage title={t("signIn.title")} text={t("signIn.text")}>
      {token === null ? <SignInForm /> : <LinkSignIn token={token} />}
    </DoorPage>
  );
}
