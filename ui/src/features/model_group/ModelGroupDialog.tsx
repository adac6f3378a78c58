import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { type ModelGroup, type ModelGroupWish, strategies } from "@/api/gateway";
import { keys } from "@/api/keys";
import { modelsOptions } from "@/api/models";
import { changeModelGroup, createModelGroup, platformsOptions } from "@/api/platforms";
import { AmountField } from "@/kit/AmountField";
import { Button } from "@/kit/Button";
import { FaultText } from "@/kit/FaultText";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { ReorderList } from "@/kit/order/ReorderList";
import { FormProblem } from "@/kit/ProblemNotice";
import { Select } from "@/kit/Select";
import { SwitchField } from "@/kit/SwitchField";
import { asProblem } from "@/lib/problem";
import { moved } from "@/lib/reorder";
import { type Fault, formOf, newGroup, readGroup, type TargetForm, withTarget } from "./form";
import { TargetFields } from "./TargetFields";

interface Props {
  /** Null for a new one. */
  group: ModelGroup | null;
  onClose: () => void;
}

/** A name, the models behind it, and which of them is asked first. */
export function ModelGroupDialog({ group, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const { data: platforms } = useQuery(platformsOptions);
  const { data: models } = useQuery(modelsOptions);
  const [form, setForm] = useState(() => (group ? formOf(group) : newGroup()));
  const [faults, setFaults] = useState<Partial<Record<string, Fault>>>({});
  const save = useMutation({
    mutationFn: (wish: ModelGroupWish) =>
      group
        ? changeModelGroup(group.id, { ...wish, version: group.version })
        : createModelGroup(wish),
    onSuccess: () => {
      toast.success(t("settings.saved"));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.modelGroups }),
  });
  const problem = save.error ? asProblem(save.error) : null;
  const errorOf = (field: string) => {
    const fault = faults[field];
    return fault ? t(`field.fault.${fault}`) : problem?.field(field);
  };
  const targetsFault = errorOf("targets");
  const modelsOf = (platform: string) => [
    ...new Set([
      ...(platforms?.find((each) => each.name === platform)?.models ?? []),
      ...(models?.items ?? [])
        .filter((model) => model.provider === platform)
        .map((model) => model.name),
    ]),
  ];
  const setTarget = (key: number, change: Partial<TargetForm>) =>
    setForm({
      ...form,
      targets: form.targets.map((each) => (each.key === key ? { ...each, ...change } : each)),
    });
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={group ? t("platform.editTitle", { name: group.name }) : t("modelGroup.new")}
      description={t("modelGroup.noneText")}
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          const read = readGroup(form);
          setFaults(read.faults);
          if (Object.keys(read.faults).length === 0) save.mutate(read.wish);
        }}
      >
        <div className="grid items-start gap-4 sm:grid-cols-2">
          <Field label={t("platform.name")} hint={t("modelGroup.nameHint")} error={errorOf("name")}>
            {(control) => (
              <Input
                {...control}
                required
                dir="ltr"
                autoComplete="off"
                spellCheck={false}
                value={form.name}
                onChange={(event) => setForm({ ...form, name: event.target.value })}
              />
            )}
          </Field>
          <Field
            label={t("modelGroup.strategy")}
            hint={t(`modelGroup.strategyText.${form.strategy}`)}
          >
            {(control) => (
              <Select
                {...control}
                value={form.strategy}
                onChange={(event) =>
                  setForm({
                    ...form,
                    strategy: strategies.find((each) => each === event.target.value) ?? "priority",
                  })
                }
              >
                {strategies.map((each) => (
                  <option key={each} value={each}>
                    {t(`modelGroup.strategyIs.${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <section aria-labelledby="group-targets" className="flex flex-col gap-2">
          <h3 id="group-targets" className="font-medium text-sm">
            {t("modelGroup.targets")}
          </h3>
          <ReorderList
            label={t("modelGroup.targets")}
            items={form.targets}
            keyOf={(target) => String(target.key)}
            nameOf={(target) => target.model || t("modelGroup.model")}
            onMove={(from, to) => setForm({ ...form, targets: moved(form.targets, from, to) })}
          >
            {(target, index) => (
              <div className="flex items-start gap-1">
                <div className="min-w-0 flex-1">
                  <TargetFields
                    target={target}
                    platforms={(platforms ?? []).map((each) => each.name)}
                    models={modelsOf(target.platform)}
                    isWeighted={form.strategy === "weighted"}
                    error={errorOf(`targets[${index}]`) ?? errorOf(`targets[${index}].weight`)}
                    onChange={(change) => setTarget(target.key, change)}
                  />
                </div>
                <Button
                  tone="ghost"
                  size="icon"
                  disabled={form.targets.length === 1}
                  aria-label={t("action.removeWhat", {
                    what: target.model || t("modelGroup.model"),
                  })}
                  onClick={() =>
                    setForm({
                      ...form,
                      targets: form.targets.filter((each) => each.key !== target.key),
                    })
                  }
                >
                  <Trash2 aria-hidden />
                </Button>
              </div>
            )}
          </ReorderList>
          <Button
            size="sm"
            className="self-start"
            onClick={() => setForm({ ...form, targets: withTarget(form.targets) })}
          >
            <Plus aria-hidden />
            {t("modelGroup.addTarget")}
          </Button>
          {form.targets.length === 1 && (
            <p className="text-muted text-xs">{t("modelGroup.aliasText")}</p>
          )}
          {targetsFault && (
            <p role="alert" className="text-danger text-xs">
              <FaultText fault={targetsFault} />
            </p>
          )}
        </section>
        {form.targets.length > 1 && (
          <AmountField
            label={t("modelGroup.hedge")}
            hint={t("modelGroup.hedgeHint")}
            error={errorOf("hedge_after_ms")}
            value={form.hedge}
            onChange={(hedge) => setForm({ ...form, hedge })}
          />
        )}
        <SwitchField
          label={t("modelGroup.enabled")}
          isOn={form.isEnabled}
          onChange={(isEnabled) => setForm({ ...form, isEnabled })}
        />
        <FormProblem problem={problem} />
        <FormButtons isBusy={save.isPending} onCancel={onClose}>
          {t("action.save")}
        </FormButtons>
      </form>
    </Modal>
  );
}
