import { useTranslation } from "react-i18next";

const samples = ["clinic", "library", "bakery"] as const;

export function Samples({ onPick }: { onPick: (text: string) => void }) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-wrap gap-2">
      <legend className="mb-1.5 text-muted text-xs">{t("idea.samples")}</legend>
      {samples.map((name) => (
        <button
          key={name}
          type="button"
          onClick={() => onPick(t(`idea.sample.${name}.text`))}
          className="min-h-7 rounded-full border border-line px-3 py-1 text-start text-muted text-xs hover:bg-hover hover:text-ink max-md:min-h-9"
        >
          {t(`idea.sample.${name}.name`)}
        </button>
      ))}
    </fieldset>
  );
}
