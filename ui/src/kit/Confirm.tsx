import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";
import { useOpener } from "./useOpener";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  onConfirm: () => void;
  title: string;
  text: ReactNode;
  action: string;
  isBusy?: boolean;
}

/** A question that must be answered before something is lost. */
export function Confirm({ isOpen, onClose, onConfirm, title, text, action, isBusy }: Props) {
  const { t } = useTranslation();
  const opener = useOpener();
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="fixed inset-0 z-50 animate-pop-in bg-black/25" />
        <AlertDialog.Content
          onOpenAutoFocus={opener.remember}
          onCloseAutoFocus={opener.onCloseAutoFocus}
          onFocusOutside={opener.onFocusOutside}
          className="fixed inset-x-4 top-[20vh] z-50 mx-auto max-w-sm animate-pop-in rounded-lg border border-line bg-surface p-5 shadow-raised"
        >
          <AlertDialog.Title className="font-semibold text-lg">{title}</AlertDialog.Title>
          <AlertDialog.Description className="mt-1 text-muted text-sm">
            {text}
          </AlertDialog.Description>
          <div className="mt-5 flex justify-end gap-2">
            <AlertDialog.Cancel asChild>
              <Button>{t("action.keep")}</Button>
            </AlertDialog.Cancel>
            <Button tone="danger" isBusy={isBusy} onClick={onConfirm}>
              {action}
            </Button>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
