import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import type { InputSpecs, Template } from "@/api/workflow-engine";
import { instantiate } from "@/api/workflows";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { TypedFields } from "@/kit/TypedFields";
import { draftOf, type InputFault, readDraft } from "@/lib/inputSpec";
import { asProblem } from "@/lib/problem";

interface Props {
  template: Template;
  onClose: () => void;
}

/** Makes a workflow of one's own from a template; parameters become the defaults of its inputs. */
export function InstantiateDialog({ template, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  // What has no default yet may stay open until the workflow is started.
  const specs: InputSpecs = Object.fromEntries(
    Object.entries(template.parameters).map(([name, spec]) => [name, { ...spec, required: false }]),
  );
  const [name, setName] = useState(template.name);
  const [draft, setDraft] = useState(() => draftOf(specs));
  const [faults, setFaults] = useState<Record<string, InputFault>>({});
  const make = useMutation({
    mutationFn: (parameters: Record<string, unknown>) =>
      instantiate(template.key, { name: name.trim() || undefined, parameters }),
    onSuccess: async (workflow) => {
      toast.success(t("template.made", { name: workflow.name }));
      void queryClient.invalidateQueries({ queryKey: keys.workflows });
      await navigate({ to: "/workflows/$slug", params: { slug: workflow.slug } });
    },
  });
  const problem = make.error ? asProblem(make.error) : null;
  return (
    <Modal isOpen isWide onClose={onClose} title={template.name} description={template.description}>
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          const read = readDraft(specs, draft);
          setFaults(read.faults);
          if (Object.keys(read.faults).length === 0) make.mutate(read.values);
        }}
      >
        <Field label={t("workflow.name")} error={problem?.field("name")}>
          {(control) => (
            <Input
              {...control}
              dir="auto"
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        {Object.keys(specs).length > 0 && (
          <p className="text-muted text-sm">{t("template.parameters")}</p>
        )}
        <TypedFields
          specs={specs}
          draft={draft}
          faults={faults}
          messages={Object.fromEntries(
            Object.keys(specs).map((each) => [each, problem?.field(`parameters.${each}`)]),
          )}
          onChange={setDraft}
        />
        <ProblemNotice error={problem} />
        <FormButtons isBusy={make.isPending} onCancel={onClose}>
          {t("template.make")}
        </FormButtons>
      </form>
    </Modal>
  );
}
