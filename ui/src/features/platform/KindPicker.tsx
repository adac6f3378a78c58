import { useTranslation } from "react-i18next";
import { type AddedKind, platformKinds } from "@/api/gateway";
import { useKindName } from "./useKindName";

/** The first question about a new platform: what it speaks. */
export function KindPicker({ onPick }: { onPick: (kind: AddedKind) => void }) {
  const { t } = useTranslation();
  const nameOf = useKindName();
  return (
    <ul className="grid min-h-0 gap-2 overflow-y-auto p-5 sm:grid-cols-2">
      {platformKinds.map((kind) => (
        <li key={kind}>
          <button
            type="button"
            onClick={() => onPick(kind)}
            className="flex h-full w-full flex-col gap-0.5 rounded-lg border border-line bg-surface p-3 text-start shadow-card transition-colors hover:bg-hover"
          >
            <span className="font-medium">
              <bdi>{nameOf(kind)}</bdi>
            </span>
            <span className="text-muted text-xs">{t(`platform.help.${kind}`)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}
