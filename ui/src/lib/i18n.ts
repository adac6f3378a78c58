// Five languages. English is in the bundle because it is also the fallback; others load when
// they are chosen, before the first render.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { rememberLocale } from "@/lib/theme";
import en from "@/locales/en.json";

export const locales = ["en", "ar", "de", "es", "fr"] as const;
export type Locale = (typeof locales)[number];

const loaders: Record<Locale, () => Promise<unknown>> = {
  en: async () => en,
  ar: async () => (await import("@/locales/ar.json")).default,
  de: async () => (await import("@/locales/de.json")).default,
  es: async () => (await import("@/locales/es.json")).default,
  fr: async () => (await import("@/locales/fr.json")).default,
};

export const toLocale = (value: string | null | undefined): Locale =>
  locales.find((locale) => locale === value) ?? "en";

export async function startI18n(locale: Locale) {
  await i18next.use(initReactI18next).init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    interpolation: { escapeValue: false },
    returnNull: false,
  });
  await changeLocale(locale);
}

export async function changeLocale(locale: Locale) {
  if (!i18next.hasResourceBundle(locale, "translation")) {
    i18next.addResourceBundle(locale, "translation", await loaders[locale]());
  }
  await i18next.changeLanguage(locale);
  document.documentElement.lang = locale;
  document.documentElement.dir = i18next.dir(locale);
  rememberLocale(locale);
}

/** Each language under its own name, so that anyone can find theirs. */
export const languageNames: Record<Locale, string> = {
  en: "English",
  ar: "العربية",
  de: "Deutsch",
  es: "Español",
  fr: "Français",
};
