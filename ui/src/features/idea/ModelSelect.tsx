import { useTranslation } from "react-i18next";
import type { Models } from "@/api/types";
import { Select } from "@/kit/Select";

interface Props {
  models: Models | undefined;
  value: string;
  onChange: (model: string) => void;
}

/** Only shown when there is something to choose. */
export function ModelSelect({ models, value, onChange }: Props) {
  const { t } = useTranslation();
  const usable = models?.items.filter((model) => model.status !== "not_installed") ?? [];
  if (!models || usable.length < 2) return null;
  return (
    <Select
      aria-label={t("idea.model")}
      className="max-w-64"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{t("idea.modelDefault", { model: models.default ?? "" })}</option>
      {usable
        .filter((model) => model.id !== models.default)
        .map((model) => (
          <option key={model.id} value={model.id}>
            {model.id}
          </option>
        ))}
    </Select>
  );
}
