import { useTranslation } from "react-i18next";
import type { AccessWish } from "@/api/gateway";
import { useFormats } from "@/lib/useFormats";

/** What is kept from a person, each thing as a short text; empty for whoever has everything. */
export function useFacts() {
  const { t, i18n } = useTranslation();
  const formats = useFormats();
  const list = (names: string[]) => new Intl.ListFormat(i18n.language).format(names);
  return (access: AccessWish): string[] => {
    const fact = (what: string, shown: string) => t("access.fact", { what, shown });
    const number = (what: string, value: number | null) =>
      value !== null && fact(what, formats.number(value));
    const { platforms, models, agents } = access;
    return [
      platforms !== null &&
        fact(t("access.platforms"), platforms.length === 0 ? formats.number(0) : list(platforms)),
      number(t("access.models"), models?.length ?? null),
      number(t("access.agents"), agents?.length ?? null),
      number(t("access.tokens"), access.tokens_per_request),
      number(t("access.requests"), access.requests_per_hour),
    ].filter((each) => each !== false);
  };
}
