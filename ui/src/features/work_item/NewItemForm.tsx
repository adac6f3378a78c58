import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { createItem } from "@/api/projects";
import type { Board, Kind, NewWorkItem, Priority } from "@/api/types";
import { Field } from "@/kit/Field";
import { FormButtons } from "@/kit/FormButtons";
import { Input } from "@/kit/Input";
import { FormProblem } from "@/kit/ProblemNotice";
import { Select } from "@/kit/Select";
import { Textarea } from "@/kit/Textarea";
import { putItem } from "@/lib/board";
import { columnName } from "@/lib/columnName";
import { asProblem } from "@/lib/problem";
import { PointsSelect } from "./PointsSelect";
import { PrioritySelect } from "./PrioritySelect";

interface Props {
  board: Board;
  column: string;
  onClose: () => void;
}

const kinds: Kind[] = ["story", "task", "bug", "epic"];

export function NewItemForm({ board, column, onClose }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [kind, setKind] = useState<Kind>("story");
  const [title, setTitle] = useState("");
  const [description, setDescription] = useState("");
  const [place, setPlace] = useState(column);
  const [parent, setParent] = useState("");
  const [priority, setPriority] = useState<Priority>("medium");
  const [points, setPoints] = useState<number | null>(null);
  const isEpic = kind === "epic";
  const create = useMutation({
    mutationFn: () => {
      const body: NewWorkItem = { kind, title, description, priority };
      if (!isEpic) {
        body.column = place;
        if (parent) body.parent = parent;
        if (points !== null) body.points = points;
      }
      return createItem(board.project.key, body);
    },
    onSuccess: (item) => {
      queryClient.setQueryData<Board>(
        keys.board(board.project.key),
        (known) => known && putItem(known, item),
      );
      toast.success(t("item.created", { key: item.key }));
      onClose();
    },
  });
  const problem = create.error ? asProblem(create.error) : null;

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form onSubmit={submit} className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
      <FormProblem problem={problem} />
      <Field label={t("item.title")} error={problem?.field("title")}>
        {(control) => (
          <Input
            {...control}
            required
            dir="auto"
            value={title}
            onChange={(event) => setTitle(event.target.value)}
          />
        )}
      </Field>
      <Field label={t("item.description")} error={problem?.field("description")}>
        {(control) => (
          <Textarea
            {...control}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        )}
      </Field>
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("item.kind")}>
          {(control) => (
            <Select {...control} value={kind} onChange={(e) => setKind(e.target.value as Kind)}>
              {kinds.map((each) => (
                <option key={each} value={each}>
                  {t(`kind.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <PrioritySelect value={priority} onChange={setPriority} />
        {!isEpic && (
          <>
            <Field label={t("item.column")}>
              {(control) => (
                <Select {...control} value={place} onChange={(e) => setPlace(e.target.value)}>
                  {board.columns.map(({ name }) => (
                    <option key={name} value={name}>
                      {columnName(t, name)}
                    </option>
                  ))}
                </Select>
              )}
            </Field>
            <PointsSelect value={points} onChange={setPoints} />
            {board.epics.length > 0 && (
              <Field label={t("kind.epic")} className="col-span-2">
                {(control) => (
                  <Select {...control} value={parent} onChange={(e) => setParent(e.target.value)}>
                    <option value="">{t("item.noEpic")}</option>
                    {board.epics.map((epic) => (
                      <option key={epic.key} value={epic.key}>
                        {epic.key} {epic.title}
                      </option>
                    ))}
                  </Select>
                )}
              </Field>
            )}
          </>
        )}
      </div>
      <FormButtons isBusy={create.isPending} onCancel={onClose}>
        {t("item.create")}
      </FormButtons>
    </form>
  );
}
