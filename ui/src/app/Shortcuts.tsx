import { useTranslation } from "react-i18next";
import { Modal } from "@/kit/Modal";

const list = [
  ["C", "shortcut.create"],
  ["/", "shortcut.idea"],
  ["F", "shortcut.filter"],
  ["← ↑ ↓ →", "shortcut.arrows"],
  ["Enter", "shortcut.open"],
  ["M", "shortcut.move"],
  ["?", "shortcut.help"],
] as const;

export function Shortcuts({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal isOpen={isOpen} onClose={onClose} title={t("shortcut.title")}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2 p-5 text-sm">
        {list.map(([key, name]) => (
          <div key={name} className="contents">
            <dt>
              <kbd className="inline-block min-w-7 rounded border border-line bg-sunken px-1.5 py-0.5 text-center font-sans text-xs">
                {key}
              </kbd>
            </dt>
            <dd className="text-muted">{t(name)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}
