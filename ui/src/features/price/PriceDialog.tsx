import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { setPrices } from "@/api/costs";
import type { ModelPrice } from "@/api/gateway";
import { keys } from "@/api/keys";
import { platformsOptions } from "@/api/platforms";
import { AmountField } from "@/kit/AmountField";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { FormProblem } from "@/kit/ProblemNotice";
import { SuggestInput } from "@/kit/SuggestInput";
import { SwitchField } from "@/kit/SwitchField";
import { asProblem } from "@/lib/problem";
import { draftOf, type Fault, type PriceDraft, readDraft } from "./draft";

interface Props {
  /** What to begin with: a price to change from a day on, or only its platform. */
  given: Partial<ModelPrice>;
  onClose: () => void;
}

/** One price from a day on. The one before it stays for what was used before. */
export function PriceDialog({ given, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { data: platforms } = useQuery(platformsOptions);
  const [draft, setDraft] = useState(() => draftOf(given, new Date()));
  const [faults, setFaults] = useState<Partial<Record<string, Fault>>>({});
  const save = useMutation({
    mutationFn: (price: ModelPrice) => setPrices([price]),
    onSuccess: () => {
      toast.success(t("settings.saved"));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.prices }),
  });
  const problem = save.error ? asProblem(save.error) : null;
  const set = (change: Partial<PriceDraft>) => setDraft({ ...draft, ...change });
  const errorOf = (field: string) => {
    const fault = faults[field];
    return fault ? t(`field.fault.${fault}`) : problem?.field(`[0].${field}`);
  };
  const amounts = [
    ["input_micros", "input"],
    ["output_micros", "output"],
    ["cached_input_micros", "cachedInput"],
    ["cache_write_micros", "cacheWrite"],
  ] as const;
  return (
    <Modal isOpen isWide onClose={onClose} title={t("price.new")} description={t("price.newText")}>
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          const read = readDraft(draft);
          setFaults(read.faults);
          if (Object.keys(read.faults).length === 0) save.mutate(read.price);
        }}
      >
        <div className="grid items-start gap-4 sm:grid-cols-3">
          <Field label={t("price.platform")} error={errorOf("platform")}>
            {(control) => (
              <SuggestInput
                {...control}
                required
                dir="ltr"
                suggestions={(platforms ?? []).map(({ name }) => name)}
                value={draft.platform}
                onChange={(event) => set({ platform: event.target.value })}
              />
            )}
          </Field>
          <Field label={t("price.model")} hint={t("price.modelHint")} error={errorOf("model")}>
            {(control) => (
              <SuggestInput
                {...control}
                dir="ltr"
                suggestions={platforms?.find((each) => each.name === draft.platform)?.models ?? []}
                value={draft.model}
                onChange={(event) => set({ model: event.target.value })}
              />
            )}
          </Field>
          <Field label={t("price.from")} hint={t("price.fromHint")} error={errorOf("valid_from")}>
            {(control) => (
              <Input
                {...control}
                required
                type="date"
                value={draft.day}
                onChange={(event) => set({ day: event.target.value })}
              />
            )}
          </Field>
        </div>
        <SwitchField
          label={t("price.free")}
          hint={t("price.freeHint")}
          isOn={draft.isFree}
          onChange={(isFree) => set({ isFree })}
        />
        {!draft.isFree && (
          <fieldset>
            <legend className="mb-2 font-medium text-sm">{t("price.perMillion")}</legend>
            <div className="grid items-start gap-4 sm:grid-cols-2">
              {amounts.map(([field, name]) => (
                <AmountField
                  key={field}
                  unit="$"
                  label={t(`price.${name}`)}
                  hint={
                    name === "input" || name === "output" ? undefined : t("price.asInputWhenEmpty")
                  }
                  error={errorOf(field)}
                  value={draft[name]}
                  onChange={(value) => set({ [name]: value })}
                />
              ))}
            </div>
          </fieldset>
        )}
        <FormProblem problem={problem} />
        <FormButtons isBusy={save.isPending} onCancel={onClose}>
          {t("action.save")}
        </FormButtons>
      </form>
    </Modal>
  );
}
