import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { AddedKind, Platform } from "@/api/gateway";
import { Modal } from "@/kit/Modal";
import { KindPicker } from "./KindPicker";
import { PlatformForm } from "./PlatformForm";
import { useKindName } from "./useKindName";

interface Props {
  /** Null to add one. */
  platform: Platform | null;
  /** Names that others have. */
  taken: readonly string[];
  onClose: () => void;
}

const added = (kind: Platform["kind"] | undefined): AddedKind | null =>
  kind === undefined || kind === "local" || kind === "scripted" ? null : kind;

export function PlatformDialog({ platform, taken, onClose }: Props) {
  const { t } = useTranslation();
  const nameOf = useKindName();
  const [kind, setKind] = useState(added(platform?.kind));
  const title = platform
    ? t("platform.editTitle", { name: platform.name })
    : kind
      ? t("platform.addTitle", { kind: nameOf(kind) })
      : t("platform.add");
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={title}
      description={kind ? undefined : t("platform.pickKind")}
    >
      {kind ? (
        <PlatformForm
          key={kind}
          kind={kind}
          platform={platform}
          taken={taken}
          onBack={platform ? undefined : () => setKind(null)}
          onDone={onClose}
        />
      ) : (
        <KindPicker onPick={setKind} />
      )}
    </Modal>
  );
}
