import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { copyText } from "@/lib/clipboard";
import { Button } from "./Button";

/** Copies `text`; `what` names it for people who cannot see what stands beside the button. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const { t } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  async function copy() {
    if (!(await copyText(text))) {
      toast.error(t("error.copy"));
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 2_000);
  }
  return (
    <Button size="sm" onClick={copy} aria-label={t("action.copyWhat", { what })}>
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
      <span aria-live="polite">{isCopied ? t("action.copied") : t("action.copy")}</span>
    </Button>
  );
}
