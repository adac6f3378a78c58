import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { changeItem } from "@/api/projects";
import type { Board, WorkItem } from "@/api/types";
import { putItem } from "@/lib/board";
import { asProblem } from "@/lib/problem";
import { changes, clashes, type Draft, toDraft } from "./draft";

/**
 * Editing with a version. `base` is what the draft was begun on. News from elsewhere replaces a
 * clean form silently; over unsaved work it becomes a question.
 */
export function useItemDraft(projectKey: string, item: WorkItem) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const [base, setBase] = useState(item);
  const [draft, setDraft] = useState<Draft>(() => toDraft(item));
  const changed = changes(base, draft);
  const isDirty = Object.keys(changed).length > 0;
  const isBehind = item.version > base.version;

  if (isBehind && !isDirty) {
    setBase(item);
    setDraft(toDraft(item));
  }

  const save = useMutation({
    mutationFn: (on: WorkItem) => changeItem(item.key, { version: on.version, ...changed }),
    onSuccess: (saved) => {
      setBase(saved);
      setDraft(toDraft(saved));
      queryClient.setQueryData(keys.item(saved.key), saved);
      queryClient.setQueryData<Board>(
        keys.board(projectKey),
        (board) => board && putItem(board, saved),
      );
      toast.success(t("item.saved", { key: saved.key }));
    },
    onError: (error) => {
      // Someone was faster: fetch their version, and the form asks what to do about it.
      if (asProblem(error).code === "conflict") {
        void queryClient.invalidateQueries({ queryKey: keys.item(item.key) });
      }
    },
  });

  return {
    draft,
    set: (change: Partial<Draft>) => setDraft((before) => ({ ...before, ...change })),
    isDirty,
    isBehind: isBehind && isDirty,
    clashing: isBehind && isDirty ? clashes(base, item, draft) : [],
    problem: save.error && asProblem(save.error).code !== "conflict" ? asProblem(save.error) : null,
    isSaving: save.isPending,
    save: () => save.mutate(base),
    reset: () => setDraft(toDraft(base)),
    keepMine: () => {
      // Their other fields come in; ours are laid over them.
      const merged = { ...toDraft(item), ...(changed as Partial<Draft>) };
      setBase(item);
      setDraft(merged);
      save.mutate(item);
    },
    takeTheirs: () => {
      setBase(item);
      setDraft(toDraft(item));
      save.reset();
    },
  };
}
