import { useMutation } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { servedModels } from "@/api/platforms";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { Notice } from "@/kit/Notice";
import { ProblemText } from "@/kit/ProblemText";
import { ScrollPane } from "@/kit/ScrollPane";
import { Textarea } from "@/kit/Textarea";
import type { FieldFault } from "@/lib/problem";
import { modelsOf } from "./form";

interface Props {
  /** Null until it is saved: only then can the provider be asked. */
  platform: string | null;
  value: string;
  error: FieldFault | undefined;
  onChange: (value: string) => void;
}

/** Which models to offer: typed, or ticked in the list that the provider gives. */
export function ModelsField({ platform, value, error, onChange }: Props) {
  const { t } = useTranslation();
  const [wanted, setWanted] = useState("");
  const fetch = useMutation({ mutationFn: (id: string) => servedModels(id) });
  const chosen = modelsOf(value);
  const found = (fetch.data ?? []).filter((each) =>
    each.toLowerCase().includes(wanted.trim().toLowerCase()),
  );
  const toggle = (model: string) =>
    onChange(
      (chosen.includes(model) ? chosen.filter((each) => each !== model) : [...chosen, model]).join(
        "\n",
      ),
    );
  return (
    <div className="flex flex-col gap-2">
      <Field
        label={t("platform.models")}
        hint={platform ? t("platform.modelsHint") : t("platform.modelsHintNew")}
        error={error}
      >
        {(control) => (
          <Textarea
            {...control}
            dir="ltr"
            rows={2}
            spellCheck={false}
            className="font-mono"
            value={value}
            onChange={(event) => onChange(event.target.value)}
          />
        )}
      </Field>
      {platform && (
        <Button
          size="sm"
          className="self-start"
          isBusy={fetch.isPending}
          onClick={() => fetch.mutate(platform)}
        >
          {!fetch.isPending && <Download aria-hidden />}
          {t("platform.fetchModels")}
        </Button>
      )}
      {fetch.error && (
        <Notice tone="danger" role="alert">
          <span dir="auto">
            <ProblemText error={fetch.error} />
          </span>
        </Notice>
      )}
      {fetch.data && (
        <div className="rounded-md border border-line">
          <div className="border-line border-b p-2">
            <Input
              type="search"
              dir="ltr"
              aria-label={t("platform.searchModels")}
              placeholder={t("platform.searchModels")}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
          </div>
          <ScrollPane label={t("platform.served")} className="max-h-48 p-1">
            <ul>
              {found.map((model) => (
                <li key={model}>
                  <label className="flex min-h-8 items-center gap-2 rounded px-2 text-sm hover:bg-hover max-md:min-h-10">
                    <input
                      type="checkbox"
                      className="size-4 accent-accent"
                      checked={chosen.includes(model)}
                      onChange={() => toggle(model)}
                    />
                    <bdi className="font-mono text-xs">{model}</bdi>
                  </label>
                </li>
              ))}
            </ul>
            {found.length === 0 && (
              <p className="p-2 text-muted text-sm">{t("platform.noModels")}</p>
            )}
          </ScrollPane>
        </div>
      )}
    </div>
  );
}
