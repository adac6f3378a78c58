import { useMutation, useQuery } from "@tanstack/react-query";
import { Sparkles } from "lucide-react";
import { type FormEvent, type KeyboardEvent, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { generateStories } from "@/api/executions";
import { modelsOptions } from "@/api/models";
import type { Execution } from "@/api/types";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";
import { ProblemNotice } from "@/kit/ProblemNotice";
import { Textarea } from "@/kit/Textarea";
import { cn } from "@/lib/cn";
import { asProblem } from "@/lib/problem";
import { useFormats } from "@/lib/useFormats";
import { useShortcut } from "@/lib/useShortcut";
import { ModelNotice } from "./ModelNotice";
import { ModelSelect } from "./ModelSelect";
import { Samples } from "./Samples";

const longestIdea = 20_000;

interface Props {
  projectKey: string;
  /** With an empty board the box is the page; later it is one quiet line. */
  isFirst: boolean;
  initialIdea?: string;
  onStarted: (execution: Execution) => void;
}

export function IdeaBox({ projectKey, isFirst, initialIdea = "", onStarted }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [idea, setIdea] = useState(initialIdea);
  const [model, setModel] = useState("");
  const [isOpen, setOpen] = useState(isFirst || initialIdea !== "");
  const box = useRef<HTMLTextAreaElement>(null);
  const canSeeModels = useCan("view_models");
  const models = useQuery({ ...modelsOptions, enabled: canSeeModels });
  const start = useMutation({
    mutationFn: () => generateStories(projectKey, idea.trim(), model || undefined),
    onSuccess: (execution) => {
      setIdea("");
      setOpen(false);
      onStarted(execution);
    },
  });
  const problem = start.error ? asProblem(start.error) : null;
  // Letters, not UTF-16 units: that is how the server counts.
  const length = [...idea].length;
  const isTooLong = length > longestIdea;
  const canStart = idea.trim() !== "" && !isTooLong && models.data?.notice !== "no_model";
  useShortcut("/", () => box.current?.focus());

  function submit(event: FormEvent) {
    event.preventDefault();
    if (canStart && !start.isPending) start.mutate();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) submit(event);
    if (event.key === "Escape" && idea === "" && !isFirst) {
      setOpen(false);
      box.current?.blur();
    }
  }

  const isExpanded = isOpen || isFirst;
  return (
    <form onSubmit={submit} className="rounded-lg border border-line bg-surface shadow-card">
      <label htmlFor="idea" className="block">
        <span className={cn(isFirst ? "block px-4 pt-4 font-semibold text-lg" : "sr-only")}>
          {t("idea.title")}
        </span>
        {isFirst && <span className="block px-4 pt-0.5 text-muted text-sm">{t("idea.text")}</span>}
        <Textarea
          id="idea"
          ref={box}
          rows={isExpanded ? 3 : 1}
          value={idea}
          aria-keyshortcuts="/"
          aria-invalid={isTooLong || undefined}
          placeholder={t("idea.placeholder")}
          onFocus={() => setOpen(true)}
          onChange={(event) => setIdea(event.target.value)}
          onKeyDown={onKeyDown}
          className={cn(
            "!border-transparent !outline-none max-h-64 resize-none bg-transparent px-4 text-base",
            isExpanded ? "min-h-20 pt-3" : "min-h-0 py-2.5",
          )}
        />
      </label>
      {isExpanded && (
        <div className="flex flex-col gap-3 px-4 pb-3">
          {idea === "" && (
            <Samples
              onPick={(text) => {
                setIdea(text);
                box.current?.focus();
              }}
            />
          )}
          <ProblemNotice error={problem} />
          <ModelNotice models={models.data} />
          <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2">
            <span
              className={cn(
                "me-auto text-xs tabular-nums",
                isTooLong ? "text-danger" : "text-muted",
              )}
            >
              {t("idea.count", {
                count: length,
                used: formats.number(length),
                most: formats.number(longestIdea),
              })}
            </span>
            <ModelSelect models={models.data} value={model} onChange={setModel} />
            <Button type="submit" tone="primary" disabled={!canStart} isBusy={start.isPending}>
              <Sparkles aria-hidden />
              {t("idea.start")}
            </Button>
          </div>
        </div>
      )}
    </form>
  );
}
