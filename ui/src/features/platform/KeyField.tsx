import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { PasswordInput } from "@/kit/PasswordInput";
import type { FieldFault } from "@/lib/problem";

interface Props {
  /** The last letters of the key that is kept, if there is one. */
  kept: string | null;
  value: string;
  isRemoved: boolean;
  isWanted: boolean;
  example: string | undefined;
  error: FieldFault | undefined;
  onChange: (value: string) => void;
  onRemove: (isRemoved: boolean) => void;
}

/** A key can be written and never read: what is kept shows its last letters only. */
export function KeyField({ kept, value, isRemoved, isWanted, example, error, ...on }: Props) {
  const { t } = useTranslation();
  if (isRemoved) {
    return (
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <span>{t("platform.keyGoes")}</span>
        <Button size="sm" onClick={() => on.onRemove(false)}>
          {t("platform.keepKey")}
        </Button>
      </div>
    );
  }
  const label = t("platform.key");
  return (
    <div className="flex flex-col gap-2">
      <Field
        label={isWanted || kept ? label : t("field.optional", { name: label })}
        hint={kept ? t("platform.keyKept", { key: kept }) : t("platform.keyHint")}
        error={error}
      >
        {(control) => (
          <PasswordInput
            {...control}
            autoComplete="off"
            spellCheck={false}
            placeholder={kept ?? example}
            value={value}
            onChange={(event) => on.onChange(event.target.value)}
          />
        )}
      </Field>
      {kept && (
        <Button size="sm" className="self-start" onClick={() => on.onRemove(true)}>
          {t("platform.removeKey")}
        </Button>
      )}
    </div>
  );
}
