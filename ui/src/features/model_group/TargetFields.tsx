import { useId } from "react";
import { useTranslation } from "react-i18next";
import { FaultText } from "@/kit/FaultText";
import { Input } from "@/kit/Input";
import { Select } from "@/kit/Select";
import { SuggestInput } from "@/kit/SuggestInput";
import type { FieldFault } from "@/lib/problem";
import type { TargetForm } from "./form";

interface Props {
  target: TargetForm;
  platforms: string[];
  models: string[];
  isWeighted: boolean;
  error: FieldFault | undefined;
  onChange: (change: Partial<TargetForm>) => void;
}

/** One model of a group: whose it is, what it is called there, and its share. */
export function TargetFields({ target, platforms, models, isWeighted, error, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const isKnown = target.platform === "" || platforms.includes(target.platform);
  return (
    <div className="flex flex-col gap-1">
      <div className="flex flex-wrap gap-2">
        <div className="min-w-28 flex-1">
          <Select
            aria-label={t("modelGroup.platform")}
            aria-invalid={error && target.platform === "" ? true : undefined}
            value={target.platform}
            onChange={(event) => onChange({ platform: event.target.value })}
          >
            <option value="">{t("field.choose")}</option>
            {!isKnown && <option value={target.platform}>{target.platform}</option>}
            {platforms.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </Select>
        </div>
        <div className="min-w-32 flex-[2]">
          <SuggestInput
            aria-label={t("modelGroup.model")}
            aria-invalid={error && target.model.trim() === "" ? true : undefined}
            aria-describedby={error ? `${id}-note` : undefined}
            dir="ltr"
            autoComplete="off"
            suggestions={models}
            placeholder={t("modelGroup.model")}
            value={target.model}
            onChange={(event) => onChange({ model: event.target.value })}
          />
        </div>
        {isWeighted && (
          <div className="w-16">
            <Input
              aria-label={t("platform.weight")}
              dir="ltr"
              inputMode="numeric"
              value={target.weight}
              onChange={(event) => onChange({ weight: event.target.value })}
            />
          </div>
        )}
      </div>
      {error && (
        <p id={`${id}-note`} className="text-danger text-xs">
          <FaultText fault={error} />
        </p>
      )}
    </div>
  );
}
