import i18next from "i18next";
import type { Session } from "@/api/types";
import { applyTheme } from "@/lib/theme";
import { changeLocale, toLocale } from "./i18n";
import { rememberSignedIn } from "./signedIn";

/** Makes the page look and speak the way the signed-in person chose. */
export async function adopt(session: Session) {
  rememberSignedIn(session.user.id);
  applyTheme(session.user.theme);
  const locale = toLocale(session.user.locale);
  if (locale !== i18next.language) await changeLocale(locale);
}
