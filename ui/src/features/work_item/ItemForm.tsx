import type { FormEvent } from "react";
import { useTranslation } from "react-i18next";
import type { Board, WorkItem } from "@/api/types";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Input } from "@/kit/Input";
import { FormProblem } from "@/kit/ProblemNotice";
import { Textarea } from "@/kit/Textarea";
import { ConflictNotice } from "./ConflictNotice";
import { CriteriaEditor } from "./CriteriaEditor";
import { DeleteItem } from "./DeleteItem";
import { ItemFacts } from "./ItemFacts";
import { ItemOrigin } from "./ItemOrigin";
import { PointsSelect } from "./PointsSelect";
import { PrioritySelect } from "./PrioritySelect";
import { StorySentence } from "./StorySentence";
import { useItemDraft } from "./useItemDraft";

interface Props {
  projectKey: string;
  item: WorkItem;
  board: Board | undefined;
  onClose: () => void;
}

export function ItemForm({ projectKey, item, board, onClose }: Props) {
  const { t } = useTranslation();
  const edit = useItemDraft(projectKey, item);
  const { draft, set, problem } = edit;
  const canEdit = useCan("edit_stories");

  function submit(event: FormEvent) {
    event.preventDefault();
    if (edit.isDirty && !edit.isBehind) edit.save();
  }

  return (
    <form onSubmit={submit} className="flex min-h-0 flex-1 flex-col">
      <div
        // With every field disabled nothing in it has focus, and keys could not scroll it.
        tabIndex={canEdit ? undefined : 0}
        className="relative min-h-0 flex-1 overflow-y-auto p-5 pt-3"
      >
        <fieldset disabled={!canEdit} className="flex flex-col gap-5">
          {edit.isBehind && <ConflictNotice edit={edit} />}
          <FormProblem problem={problem} />
          <Field label={t("item.title")} error={problem?.field("title")}>
            {(control) => (
              <Input
                {...control}
                required
                dir="auto"
                className="h-10 font-semibold text-lg"
                value={draft.title}
                onChange={(event) => set({ title: event.target.value })}
              />
            )}
          </Field>
          <ItemFacts projectKey={projectKey} item={item} board={board}>
            <PrioritySelect value={draft.priority} onChange={(priority) => set({ priority })} />
            {item.kind !== "epic" && (
              <PointsSelect value={draft.points} onChange={(points) => set({ points })} />
            )}
          </ItemFacts>
          {item.kind === "story" && <StorySentence draft={draft} set={set} />}
          <Field label={t("item.description")} error={problem?.field("description")}>
            {(control) => (
              <Textarea
                {...control}
                value={draft.description}
                onChange={(event) => set({ description: event.target.value })}
              />
            )}
          </Field>
          {item.kind !== "epic" && (
            <CriteriaEditor
              criteria={draft.acceptance_criteria}
              onChange={(acceptance_criteria) => set({ acceptance_criteria })}
            />
          )}
          <ItemOrigin item={item} />
        </fieldset>
      </div>
      {canEdit && (
        <footer className="flex items-center gap-2 border-line border-t px-5 py-3">
          <DeleteItem projectKey={projectKey} item={item} onDeleted={onClose} />
          <span className="ms-auto" />
          {edit.isDirty && <Button onClick={edit.reset}>{t("action.discard")}</Button>}
          <Button
            type="submit"
            tone="primary"
            disabled={!edit.isDirty || edit.isBehind}
            isBusy={edit.isSaving}
          >
            {t("action.save")}
          </Button>
        </footer>
      )}
    </form>
  );
}
