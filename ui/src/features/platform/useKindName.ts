import { useTranslation } from "react-i18next";
import type { PlatformKind } from "@/api/gateway";
import { kindName } from "@/lib/platformKinds";

/** What a kind is called: its own name, or a word for what has none. */
export function useKindName() {
  const { t } = useTranslation();
  return (kind: PlatformKind): string => {
    const own = kindName(kind);
    if (own) return own;
    return t(`platform.kind.${kind === "local" || kind === "scripted" ? kind : "custom"}`);
  };
}
