import { X } from "lucide-react";
import { Dialog } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Button } from "./Button";
import { useOpener } from "./useOpener";

interface Props {
  isOpen: boolean;
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  side?: boolean;
  /** For forms with more than a few fields. */
  isWide?: boolean;
  isTitleHidden?: boolean;
  /** Shows what is shown once: a click beside it must not take that away. */
  isShownOnce?: boolean;
  children: ReactNode;
}

/** A dialog in the middle, or a sheet at the end side of the page. */
export function Modal({
  isOpen,
  onClose,
  title,
  description,
  side,
  isWide,
  isTitleHidden,
  isShownOnce,
  children,
}: Props) {
  const { t } = useTranslation();
  const isTyped = useRef(false);
  const opener = useOpener();
  return (
    <Dialog.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 animate-pop-in bg-black/25" />
        <Dialog.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onOpenAutoFocus={(event) => {
            isTyped.current = false;
            opener.remember();
            focusFirstField(event);
          }}
          onCloseAutoFocus={opener.onCloseAutoFocus}
          onFocusOutside={opener.onFocusOutside}
          onChange={() => {
            isTyped.current = true;
          }}
          onInteractOutside={(event) => {
            // A click beside a form must not take away what was typed into it.
            if (isShownOnce || (isTyped.current && !side)) event.preventDefault();
          }}
          tabIndex={-1}
          data-side={side ? "" : undefined}
          className={cn(
            "fixed z-50 flex flex-col bg-surface shadow-raised outline-none",
            side
              ? "inset-y-0 end-0 w-full max-w-xl animate-sheet-in border-line border-s"
              : "inset-x-4 top-[max(1rem,12vh)] mx-auto max-h-[80vh] max-w-md animate-pop-in rounded-lg border border-line",
            isWide && "top-[max(1rem,6vh)] max-h-[88vh] max-w-2xl",
          )}
        >
          <div
            className={cn(
              "flex items-start gap-3 px-5 pt-4",
              isTitleHidden && "absolute end-3 top-3 z-10 p-0",
            )}
          >
            <Dialog.Title
              className={cn("min-w-0 flex-1 font-semibold text-lg", isTitleHidden && "sr-only")}
            >
              {title}
            </Dialog.Title>
            <Dialog.Close asChild>
              <Button
                tone="ghost"
                size="icon"
                className="-me-2 -mt-1"
                aria-label={t("action.close")}
              >
                <X aria-hidden />
              </Button>
            </Dialog.Close>
          </div>
          {description && (
            <Dialog.Description className="px-5 pt-1 text-muted text-sm">
              {description}
            </Dialog.Description>
          )}
          {children}
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

/** Typing is what dialogs are for; the close button, first in the page, is not what to begin with. */
function focusFirstField(event: Event) {
  event.preventDefault();
  const dialog = event.currentTarget as HTMLElement;
  const isSheet = dialog.dataset.side !== undefined;
  const field = isSheet ? null : dialog.querySelector<HTMLElement>("input, textarea, select");
  (field ?? dialog).focus();
}
