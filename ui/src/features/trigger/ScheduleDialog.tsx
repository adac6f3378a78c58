import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { projectsOptions } from "@/api/projects";
import { changeSchedule, createSchedule } from "@/api/triggers";
import type { Missed, NewSchedule, Schedule } from "@/api/workflow-engine";
import { workflowsOptions } from "@/api/workflows";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { Modal } from "@/kit/Modal";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { ProjectSelect } from "@/kit/ProjectSelect";
import { Select } from "@/kit/Select";
import { SuggestInput } from "@/kit/SuggestInput";
import { TypedFields } from "@/kit/TypedFields";
import { defaultRhythm, fromCron, timezones, toCron } from "@/lib/cron";
import { type Draft, draftOf, type InputFault, readDraft, specsOf } from "@/lib/inputSpec";
import { asProblem } from "@/lib/problem";
import { NextRuns } from "./NextRuns";
import { RhythmFields } from "./RhythmFields";
import { WorkflowField } from "./WorkflowField";

interface Props {
  schedule: Schedule | null;
  workflow: string | undefined;
  onClose: () => void;
}

const policies: Missed[] = ["skip", "run_once", "run_all"];

export function ScheduleDialog({ schedule, workflow: given, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const zones = useMemo(timezones, []);
  const { data: workflows } = useQuery(workflowsOptions);
  const { data: projects } = useQuery(projectsOptions);
  const [slug, setSlug] = useState(schedule?.workflow ?? given ?? "");
  const [name, setName] = useState(schedule?.name ?? "");
  const [rhythm, setRhythm] = useState(schedule ? fromCron(schedule.cron) : defaultRhythm);
  const [timezone, setTimezone] = useState(schedule?.timezone ?? zones[0] ?? "UTC");
  const [missed, setMissed] = useState<Missed>(schedule?.missed ?? "run_once");
  const [project, setProject] = useState(schedule?.project ?? "");
  const [draft, setDraft] = useState<Draft | null>(null);
  const [faults, setFaults] = useState<Record<string, InputFault>>({});
  const workflow = workflows?.find((each) => each.slug === slug);
  const kept: Record<string, unknown> = schedule?.workflow === slug ? schedule.inputs : {};
  // Until the workflow's own inputs are known, those that the schedule has must not get lost.
  const specs = workflow?.inputs ?? specsOf(kept);
  const filled = draft ?? draftOf(specs, kept);
  const cron = toCron(rhythm);
  const save = useMutation({
    // What has no field here is not sent: somebody may have switched it off meanwhile.
    mutationFn: (body: NewSchedule) =>
      schedule ? changeSchedule(schedule.id, body) : createSchedule(body),
    onSuccess: () => {
      toast.success(t("settings.saved"));
      onClose();
    },
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.schedules }),
  });
  const problem = save.error ? asProblem(save.error) : null;
  const submit = () => {
    const read = readDraft(specs, filled);
    setFaults(read.faults);
    if (Object.keys(read.faults).length > 0 || cron === null || slug === "") return;
    save.mutate({
      workflow: slug,
      name: name.trim() || null,
      cron,
      timezone: timezone.trim(),
      inputs: read.values,
      project: project || null,
      missed,
    });
  };
  return (
    <Modal
      isOpen
      isWide
      onClose={onClose}
      title={schedule ? t("schedule.edit") : t("schedule.new")}
    >
      <form
        noValidate
        className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <div className="grid gap-4 sm:grid-cols-2">
          <WorkflowField
            value={slug}
            error={problem?.field("workflow")}
            onChange={(chosen) => {
              setSlug(chosen);
              setDraft(null);
              setFaults({});
            }}
          />
          <Field label={t("field.optional", { name: t("trigger.name") })}>
            {(control) => (
              <Input
                {...control}
                dir="auto"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
        </div>
        <RhythmFields rhythm={rhythm} error={problem?.field("cron")} onChange={setRhythm} />
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label={t("schedule.timezone")} error={problem?.field("timezone")}>
            {(control) => (
              <SuggestInput
                {...control}
                required
                dir="ltr"
                suggestions={zones}
                value={timezone}
                onChange={(event) => setTimezone(event.target.value)}
              />
            )}
          </Field>
          <Field label={t("schedule.missed")} hint={t(`schedule.missedText.${missed}`)}>
            {(control) => (
              <Select
                {...control}
                value={missed}
                onChange={(event) =>
                  setMissed(policies.find((each) => each === event.target.value) ?? "run_once")
                }
              >
                {policies.map((each) => (
                  <option key={each} value={each}>
                    {t(`schedule.missedIs.${each}`)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <NextRuns cron={cron} timezone={timezone} />
        <TypedFields specs={specs} draft={filled} faults={faults} onChange={setDraft} />
        <Field label={t("workflow.forProject")}>
          {(control) => (
            <ProjectSelect
              {...control}
              projects={projects?.items}
              value={project}
              onChange={setProject}
            />
          )}
        </Field>
        <ProblemNotice error={problem} />
        <FormButtons
          isDisabled={cron === null || slug === ""}
          isBusy={save.isPending}
          onCancel={onClose}
        >
          {t("action.save")}
        </FormButtons>
      </form>
    </Modal>
  );
}
