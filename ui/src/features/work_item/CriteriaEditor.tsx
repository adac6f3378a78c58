import { Plus, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { Textarea } from "@/kit/Textarea";
import { useFormats } from "@/lib/useFormats";

interface Props {
  criteria: string[];
  onChange: (criteria: string[]) => void;
}

export function CriteriaEditor({ criteria, onChange }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const replace = (at: number, text: string) =>
    onChange(criteria.map((each, index) => (index === at ? text : each)));
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1.5 font-medium text-sm">{t("item.criteria")}</legend>
      {criteria.map((text, at) => {
        const name = t("item.criterion", { place: formats.number(at + 1) });
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: criteria have no identity but their place
          <div key={at} className="flex items-start gap-1">
            <Textarea
              aria-label={name}
              rows={1}
              className="min-h-8 resize-none"
              value={text}
              onChange={(event) => replace(at, event.target.value)}
            />
            <Button
              tone="ghost"
              size="icon"
              aria-label={t("action.removeWhat", { what: name })}
              onClick={() => onChange(criteria.filter((_, index) => index !== at))}
            >
              <X aria-hidden />
            </Button>
          </div>
        );
      })}
      <Button size="sm" className="self-start" onClick={() => onChange([...criteria, ""])}>
        <Plus aria-hidden />
        {t("item.addCriterion")}
      </Button>
    </fieldset>
  );
}
