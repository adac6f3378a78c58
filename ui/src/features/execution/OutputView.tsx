import { useTranslation } from "react-i18next";
import { CopyButton } from "@/kit/CopyButton";
import { ScrollPane } from "@/kit/ScrollPane";

/** What the step answered, as the JSON that was recorded. */
export function OutputView({ output }: { output: unknown }) {
  const { t } = useTranslation();
  const json = JSON.stringify(output, null, 2);
  return (
    <div>
      <div className="mb-1.5 flex items-center justify-between">
        <p className="font-medium text-sm">{t("execution.output")}</p>
        <CopyButton text={json} what={t("execution.output")} />
      </div>
      <ScrollPane label={t("execution.output")} className="max-h-80 bg-sunken p-3" dir="ltr">
        <pre className="whitespace-pre-wrap break-words font-mono text-xs leading-5">{json}</pre>
      </ScrollPane>
    </div>
  );
}
