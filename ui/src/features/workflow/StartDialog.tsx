import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { modelsOptions } from "@/api/models";
import { projectsOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import type { Workflow } from "@/api/workflow-engine";
import { executeWorkflow } from "@/api/workflows";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Modal } from "@/kit/Modal";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { ProjectSelect } from "@/kit/ProjectSelect";
import { Select } from "@/kit/Select";
import { TypedFields } from "@/kit/TypedFields";
import { draftOf, type InputFault, readDraft } from "@/lib/inputSpec";
import { asProblem } from "@/lib/problem";

interface Props {
  workflow: Workflow;
  onClose: () => void;
}

const priorities = ["critical", "high", "medium", "low"] as const;

/** The form that a workflow's inputs ask for. */
export function StartDialog({ workflow, onClose }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const canSeeModels = useCan("view_models");
  const { data: models } = useQuery({ ...modelsOptions, enabled: canSeeModels });
  const { data: projects } = useQuery(projectsOptions);
  const [draft, setDraft] = useState(() => draftOf(workflow.inputs));
  const [faults, setFaults] = useState<Record<string, InputFault>>({});
  const [project, setProject] = useState("");
  const [model, setModel] = useState("");
  const [priority, setPriority] = useState("");
  const start = useMutation({
    mutationFn: (inputs: Record<string, unknown>) =>
      executeWorkflow(workflow.slug, {
        inputs,
        // Sent only when somebody chose one: it would take the place of the workflow's own.
        priority: priority || undefined,
        project: project || undefined,
        model: model || undefined,
      }),
    onSuccess: (started) => navigate({ to: "/executions/$id", params: { id: started.id } }),
  });
  const problem = start.error ? asProblem(start.error) : null;
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={t("workflow.startTitle", { name: workflow.name })}
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          const read = readDraft(workflow.inputs, draft);
          setFaults(read.faults);
          if (Object.keys(read.faults).length === 0) start.mutate(read.values);
        }}
      >
        {Object.keys(workflow.inputs).length === 0 && (
          <p className="text-muted text-sm">{t("workflow.noInputs")}</p>
        )}
        <TypedFields
          specs={workflow.inputs}
          draft={draft}
          faults={faults}
          messages={Object.fromEntries(
            Object.keys(workflow.inputs).map((name) => [
              name,
              problem?.field(`inputs.${name}`) ?? problem?.field(name),
            ]),
          )}
          onChange={setDraft}
        />
        <div className="grid gap-4 border-line border-t pt-4 sm:grid-cols-3">
          <Field label={t("workflow.forProject")} error={problem?.field("project")}>
            {(control) => (
              <ProjectSelect
                {...control}
                projects={projects?.items}
                value={project}
                onChange={setProject}
              />
            )}
          </Field>
          <Field label={t("item.priority")}>
            {(control) => (
              <Select
                {...control}
                value={priority}
                onChange={(event) => setPriority(event.target.value)}
              >
                <option value="">{t("workflow.ownPriority")}</option>
                {priorities.map((each) => (
                  <option key={each} value={each}>
                    {t(`priority.${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label={t("idea.model")} error={problem?.field("model")}>
            {(control) => (
              <Select {...control} value={model} onChange={(event) => setModel(event.target.value)}>
                <option value="">{t("execution.defaultModel")}</option>
                {(models?.items ?? []).map((each) => (
                  <option key={each.id} value={each.id}>
                    {each.id}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <ProblemNotice error={problem} />
        <FormButtons isBusy={start.isPending} onCancel={onClose}>
          <Play className="rtl:-scale-x-100" aria-hidden />
          {t("workflow.start")}
        </FormButtons>
      </form>
    </Modal>
  );
}
