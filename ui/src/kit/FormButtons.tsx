import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "./Button";

interface Props {
  isBusy: boolean;
  isDisabled?: boolean;
  onCancel: () => void;
  /** What the form does when it is sent. */
  children: ReactNode;
}

/** The end of a form in a dialog: leave it, or send it. */
export function FormButtons({ isBusy, isDisabled, onCancel, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className="flex justify-end gap-2">
      <Button onClick={onCancel}>{t("action.cancel")}</Button>
      <Button type="submit" tone="primary" disabled={isDisabled} isBusy={isBusy}>
        {children}
      </Button>
    </div>
  );
}
