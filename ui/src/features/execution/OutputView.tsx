import { useTranslation } from "react-i18next";
import { CopyButton } from "@/kit/CopyButton";

/** What the step answered, as the JSON that was recorded. */
export function OutputView({ output }: { output: unknown }) {
  const { t } = useTranslation();
  const json = JSON.stringify(output, null, 2);
  return (
    <div>
      <div className="mb-1.5 flex items-center justify-between">
        <h4 className="font-medium text-sm">{t("execution.output")}</h4>
        <CopyButton text={json} what={t("execution.output")} />
      </div>
      <section
        aria-label={t("execution.output")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
        tabIndex={0}
        className="max-h-80 overflow-auto rounded-md bg-sunken p-3"
        dir="ltr"
      >
        <pre className="whitespace-pre-wrap break-words font-mono text-xs leading-5">{json}</pre>
      </section>
    </div>
  );
}
