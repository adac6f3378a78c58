import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Upload } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { importWorkflow } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { Modal } from "@/kit/Modal";
import { Textarea } from "@/kit/Textarea";
import { useProblemLine } from "@/kit/useProblemLine";
import { asProblem } from "@/lib/problem";

/** A workflow from a file or from text: YAML, or the JSON that an export gave. */
export function ImportButton() {
  const { t } = useTranslation();
  const problemLine = useProblemLine();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState("");
  const file = useRef<HTMLInputElement>(null);
  const take = useMutation({
    mutationFn: importWorkflow,
    onSuccess: async (workflow) => {
      setOpen(false);
      setText("");
      toast.success(t("workflow.imported", { name: workflow.name }));
      void queryClient.invalidateQueries({ queryKey: keys.workflows });
      await navigate({ to: "/workflows/$slug", params: { slug: workflow.slug } });
    },
  });
  const problem = take.error ? asProblem(take.error) : null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>
        <Upload aria-hidden />
        {t("workflow.import")}
      </Button>
      <Modal
        isOpen={isOpen}
        isWide
        onClose={() => setOpen(false)}
        title={t("workflow.importTitle")}
        description={t("workflow.importText")}
      >
        <form
          className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
          onSubmit={(event) => {
            event.preventDefault();
            take.mutate(text);
          }}
        >
          <Field
            label={t("workflow.importDefinition")}
            error={
              problem
                ? [problemLine(problem), ...problem.fields.map((each) => each.message)].join(" ")
                : undefined
            }
          >
            {(control) => (
              <Textarea
                {...control}
                required
                spellCheck={false}
                rows={10}
                className="max-h-[40vh] font-mono"
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
          <div className="flex flex-wrap justify-end gap-2">
            <input
              ref={file}
              type="file"
              hidden
              accept=".yaml,.yml,.json"
              onChange={(event) => {
                void event.target.files?.[0]?.text().then(setText);
                event.target.value = "";
              }}
            />
            <Button className="me-auto" onClick={() => file.current?.click()}>
              {t("workflow.chooseFile")}
            </Button>
            <Button onClick={() => setOpen(false)}>{t("action.cancel")}</Button>
            <Button
              type="submit"
              tone="primary"
              disabled={text.trim() === ""}
              isBusy={take.isPending}
            >
              {t("workflow.import")}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
