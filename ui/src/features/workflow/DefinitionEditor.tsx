import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useBlocker, useNavigate } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import { useNames } from "@/api/useNames";
import type { DefinitionProblem } from "@/api/workflow-engine";
import { createWorkflow, schemaOptions } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { Notice } from "@/kit/Notice";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { Skeleton } from "@/kit/Skeleton";
import { asProblem } from "@/lib/problem";
import { Overtaken } from "./Overtaken";
import { ProblemList } from "./ProblemList";
import { saveDraft } from "./saveDraft";
import { type SavedText, useDraft } from "./useDraft";
import { useValidation } from "./useValidation";

// The editor is heavy and only some people ever open it.
const CodeEditor = lazy(() => import("@/kit/editor/CodeEditor"));

interface Props {
  saved: SavedText;
  /** What stands in the editor at first, when nothing is saved yet. */
  beginning?: string;
  /** Without one, saving makes a new workflow. */
  slug?: string;
  isLibrary?: boolean;
}

/** Which view of its page an address shows. */
const viewOf = (search: object): unknown => ("view" in search ? search.view : undefined);

export function DefinitionEditor({ saved, beginning, slug, isLibrary }: Props) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const canSave = useCan("create_workflow");
  const { text, base, setText, isChanged, isOvertaken, keepMine, takeTheirs, didSave } = useDraft(
    saved,
    beginning,
  );
  const [place, setPlace] = useState<{ line: number; column: number }>();
  const { data: schema } = useQuery({ ...schemaOptions, retry: false });
  const names = useNames();
  const { problems, isChecking, error } = useValidation(text);
  const save = useMutation({
    mutationFn: (definition: string) =>
      slug ? saveDraft(queryClient, slug, definition, base) : createWorkflow(definition),
    onSuccess: async (workflow, definition) => {
      if (workflow === null) return;
      didSave({ text: definition, revision: workflow.revision });
      toast.success(
        slug
          ? t("workflow.savedRevision", { revision: workflow.revision ?? 1 })
          : t("workflow.created", { name: workflow.name }),
      );
      await queryClient.invalidateQueries({ queryKey: keys.workflows });
      if (workflow.slug !== slug) {
        await navigate({
          to: "/workflows/$slug",
          params: { slug: workflow.slug },
          ignoreBlocker: true,
        });
      }
    },
  });
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      isChanged &&
      text !== beginning &&
      // Another view of the same page takes the editor away too.
      (current.pathname !== next.pathname || viewOf(current.search) !== viewOf(next.search)) &&
      !globalThis.confirm(t("workflow.leave")),
    enableBeforeUnload: () => isChanged && text !== beginning,
    disabled: !canSave,
  });
  const refused = save.error ? asProblem(save.error) : null;
  return (
    <div className="flex flex-col gap-4">
      {isLibrary && <Notice>{t("workflow.libraryText")}</Notice>}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <Suspense fallback={<Skeleton className="h-[32rem]" />}>
          <CodeEditor
            label={t("workflow.definition")}
            value={text}
            onChange={setText}
            schema={schema}
            names={names}
            problems={problems}
            place={place}
            isReadOnly={!canSave}
          />
        </Suspense>
        <div className="flex flex-col gap-4">
          <ProblemList
            problems={problems}
            isChecking={isChecking}
            error={error}
            onGo={(problem: DefinitionProblem) =>
              setPlace({ line: problem.line, column: problem.column })
            }
          />
          <ProblemNotice error={refused} />
          {isOvertaken && slug && (
            <Overtaken
              slug={slug}
              from={base.revision}
              to={saved.revision}
              onKeep={keepMine}
              onTake={takeTheirs}
            />
          )}
          {canSave && (
            <div className="flex flex-wrap gap-2">
              <Button
                tone="primary"
                isBusy={save.isPending}
                disabled={!isChanged || isOvertaken || problems.length > 0 || isChecking}
                onClick={() => save.mutate(text)}
              >
                {slug
                  ? t("workflow.saveRevision")
                  : isLibrary
                    ? t("workflow.saveCopy")
                    : t("workflow.create")}
              </Button>
              {isChanged && saved.text !== "" && (
                <Button onClick={takeTheirs}>{t("action.discard")}</Button>
              )}
            </div>
          )}
          <p className="text-muted text-xs">{t("workflow.editorHelp")}</p>
        </div>
      </div>
    </div>
  );
}
