import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { CreatedVirtualKey, VirtualKey } from "@/api/gateway";
import { keys } from "@/api/keys";
import { modelsOptions } from "@/api/models";
import { useCan } from "@/api/useCan";
import { changeVirtualKey, createVirtualKey } from "@/api/virtualKeys";
import { Button } from "@/kit/Button";
import { FormButtons } from "@/kit/FormButtons";
import { Modal } from "@/kit/Modal";
import { Notice } from "@/kit/Notice";
import { FormProblem } from "@/kit/ProblemNotice";
import { Snippet } from "@/kit/Snippet";
import { SnippetTabs } from "@/kit/SnippetTabs";
import { asProblem } from "@/lib/problem";
import { type Faults, formOf, newKey, readChange, readNew } from "./form";
import { KeyFields } from "./KeyFields";
import { LostKey } from "./LostKey";
import { exampleModel, snippetsFor } from "./snippets";

interface Props {
  /** Null for a new one. */
  virtualKey: VirtualKey | null;
  onClose: () => void;
}

/** Asks what the key may do; a new one is then shown, once, with examples of its use. */
export function VirtualKeyDialog({ virtualKey, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [form, setForm] = useState(() => (virtualKey ? formOf(virtualKey) : newKey()));
  const [faults, setFaults] = useState<Faults>({});
  const [created, setCreated] = useState<CreatedVirtualKey | null>(null);
  const onSettled = () => void queryClient.invalidateQueries({ queryKey: keys.virtualKeys });
  const create = useMutation({ mutationFn: createVirtualKey, onSuccess: setCreated, onSettled });
  const change = useMutation({
    mutationFn: (body: Parameters<typeof changeVirtualKey>[1]) =>
      changeVirtualKey(virtualKey?.id ?? "", body),
    onSuccess: () => {
      toast.success(t("settings.saved"));
      onClose();
    },
    onSettled,
  });
  const error = create.error ?? change.error;
  const problem = error ? asProblem(error) : null;
  const errorOf = (field: string) => {
    const fault = faults[field];
    return fault ? t(`field.fault.${fault}`) : problem?.within(field);
  };
  function submit() {
    const read = virtualKey ? readChange(form, virtualKey) : readNew(form);
    setFaults(read.faults);
    if (Object.keys(read.faults).length > 0) return;
    if (virtualKey) change.mutate({ ...read.wish, version: virtualKey.version });
    else create.mutate(readNew(form).wish);
  }
  if (created?.key) return <Created created={created} shown={created.key} onClose={onClose} />;
  if (created) {
    return (
      <LostKey
        lost={created}
        create={() => createVirtualKey(readNew(form).wish)}
        onCreated={setCreated}
        onSettled={onSettled}
        onClose={onClose}
      />
    );
  }
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={
        virtualKey ? t("platform.editTitle", { name: virtualKey.name }) : t("virtualKey.create")
      }
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <KeyFields
          form={form}
          isNew={virtualKey === null}
          errorOf={errorOf}
          onChange={(part) => setForm({ ...form, ...part })}
        />
        <FormProblem problem={problem} />
        <FormButtons isBusy={create.isPending || change.isPending} onCancel={onClose}>
          {virtualKey ? t("action.save") : t("virtualKey.create")}
        </FormButtons>
      </form>
    </Modal>
  );
}

interface CreatedProps {
  created: CreatedVirtualKey;
  /** The key itself. */
  shown: string;
  onClose: () => void;
}

function Created({ created, shown, onClose }: CreatedProps) {
  const { t } = useTranslation();
  const seesModels = useCan("view_models");
  const { data: models } = useQuery({ ...modelsOptions, enabled: seesModels });
  const model = exampleModel(created, models?.default ?? null);
  return (
    <Modal
      isOpen
      isWide
      isShownOnce
      onClose={onClose}
      title={t("apiKey.created", { name: created.name })}
    >
      <div className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5 text-sm">
        <Notice tone="warn">{t("apiKey.once")}</Notice>
        <Snippet text={shown} what={t("virtualKey.one")} />
        <section aria-labelledby="key-examples">
          <h3 id="key-examples" className="mb-1 font-medium">
            {t("virtualKey.examples")}
          </h3>
          <SnippetTabs
            label={t("virtualKey.examples")}
            snippets={snippetsFor(shown, model, location.origin)}
          />
        </section>
        <Button tone="primary" className="self-end" onClick={onClose}>
          {t("apiKey.done")}
        </Button>
      </div>
    </Modal>
  );
}
