import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { isWithin } from "./form";

interface Props {
  platforms: string[] | null;
  onAdd: (model: string) => void;
}

/** A model by its name: platforms serve more than they tell. */
export function OtherModel({ platforms, onAdd }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState("");
  const [isRefused, setRefused] = useState(false);
  function add() {
    const model = typed.trim();
    if (model === "") return;
    const isFine = isWithin(model, platforms);
    setRefused(!isFine);
    if (!isFine) return;
    onAdd(model);
    setTyped("");
  }
  return (
    <div className="flex items-start gap-2">
      <Field
        label={t("access.otherModel")}
        isLabelHidden
        hint={t("access.otherModelHint")}
        error={isRefused ? t("access.otherPlatform") : undefined}
        className="min-w-0 grow"
      >
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            autoComplete="off"
            spellCheck={false}
            placeholder="openai/gpt-4.1-mini"
            className="font-mono"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
            onKeyDown={(event) => {
              // Enter adds the model; it must not save the form.
              if (event.key !== "Enter") return;
              event.preventDefault();
              add();
            }}
          />
        )}
      </Field>
      <Button onClick={add}>
        <Plus aria-hidden />
        {t("access.addModel")}
      </Button>
    </div>
  );
}
