import { useTranslation } from "react-i18next";
import { Field } from "@/kit/Field";
import { Textarea } from "@/kit/Textarea";
import type { Draft } from "./draft";

interface Props {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
}

const parts = [
  ["user_role", "item.userRole"],
  ["feature", "item.feature"],
  ["benefit", "item.benefit"],
] as const;

/** As a …, I want …, so that … */
export function StorySentence({ draft, set }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="flex flex-col gap-3 rounded-lg bg-sunken p-3">
      <legend className="sr-only">{t("item.userStory")}</legend>
      {parts.map(([name, label]) => (
        <Field key={name} label={t(label)}>
          {(control) => (
            <Textarea
              {...control}
              rows={1}
              className="min-h-8 resize-none"
              value={draft[name]}
              onChange={(event) => set({ [name]: event.target.value })}
            />
          )}
        </Field>
      ))}
    </fieldset>
  );
}
