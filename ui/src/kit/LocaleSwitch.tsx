import { Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { changeLocale, languageNames, locales } from "@/lib/i18n";
import { Button } from "./Button";

/** For pages before sign-in, where there is no profile to keep the language in. */
export function LocaleSwitch() {
  const { i18n } = useTranslation();
  const other = locales.find((locale) => locale !== i18n.language) ?? "en";
  return (
    <Button tone="ghost" size="sm" lang={other} onClick={() => void changeLocale(other)}>
      <Languages aria-hidden />
      {languageNames[other]}
    </Button>
  );
}
