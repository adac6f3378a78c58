import { Languages } from "lucide-react";
import { useTranslation } from "react-i18next";
import { changeLocale, languageNames, locales, toLocale } from "@/lib/i18n";
import { Button } from "./Button";
import { Menu, MenuItem } from "./Menu";

/** For pages before sign-in, where there is no profile to keep the language in. */
export function LocaleSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Menu
      label={t("settings.language")}
      trigger={
        <Button tone="ghost" size="sm">
          <Languages aria-hidden />
          {languageNames[toLocale(i18n.language)]}
          <span className="sr-only">{t("settings.language")}</span>
        </Button>
      }
    >
      {locales.map((locale) => (
        <MenuItem key={locale} lang={locale} onSelect={() => void changeLocale(locale)}>
          {languageNames[locale]}
        </MenuItem>
      ))}
    </Menu>
  );
}
