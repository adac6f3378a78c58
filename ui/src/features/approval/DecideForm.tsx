import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, X } from "lucide-react";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { decide } from "@/api/approvals";
import { keys } from "@/api/keys";
import type { Approval } from "@/api/workflow-engine";
import { Button } from "@/kit/Button";
import { Field } from "@/kit/Field";
import { FormProblem } from "@/kit/ProblemNotice";
import { Textarea } from "@/kit/Textarea";
import { TypedFields } from "@/kit/TypedFields";
import { toastProblem } from "@/kit/toastProblem";
import { draftOf, type InputFault, readDraft } from "@/lib/inputSpec";
import { asProblem } from "@/lib/problem";
import { useGoOn } from "./useGoOn";

/** What the server answers when there is nothing to decide any more. */
const closed = [403, 404, 409];

/** Comment, form, yes or no. A rejection needs its reason: someone will have to act on it. */
export function DecideForm({ approval }: { approval: Approval }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const { leave, stay } = useGoOn(form);
  const specs = approval.form ?? {};
  const [draft, setDraft] = useState(() => draftOf(specs));
  const [faults, setFaults] = useState<Record<string, InputFault>>({});
  const [comment, setComment] = useState("");
  const [isReasonMissing, setReasonMissing] = useState(false);
  const answer = useMutation({
    mutationFn: (approve: boolean) => {
      const { values } = readDraft(specs, draft);
      return decide(approval.id, {
        approve,
        comment: comment.trim() || undefined,
        form: Object.keys(values).length > 0 ? values : undefined,
      });
    },
    onSuccess: (_, approve) =>
      toast.success(approve ? t("approval.approved") : t("approval.rejected")),
    onError: (error) => {
      // Its next reading takes the question off the page, and what is said here with it.
      if (closed.includes(asProblem(error).status)) toastProblem(error);
      else stay();
    },
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: keys.approvals });
      void queryClient.invalidateQueries({ queryKey: keys.execution(approval.execution_id) });
    },
  });
  const problem = answer.error ? asProblem(answer.error) : null;
  const isAnswering = (approve: boolean) => answer.isPending && answer.variables === approve;
  function give(approve: boolean) {
    const read = readDraft(specs, draft);
    // A rejection ends it; the form says what an approval needs to know.
    const wrong = approve ? read.faults : {};
    setFaults(wrong);
    const noReason = !approve && comment.trim() === "";
    setReasonMissing(noReason);
    if (Object.keys(wrong).length > 0 || noReason) return;
    leave();
    answer.mutate(approve);
  }
  return (
    <form
      ref={form}
      noValidate
      className="flex min-w-0 flex-col gap-4 border-line max-lg:border-t max-lg:pt-4 lg:border-s lg:ps-8"
      onSubmit={(event) => event.preventDefault()}
    >
      <TypedFields
        specs={specs}
        draft={draft}
        faults={faults}
        messages={Object.fromEntries(
          Object.keys(specs).map((name) => [
            name,
            problem?.field(`form.${name}`) ?? problem?.field(name),
          ]),
        )}
        onChange={setDraft}
      />
      <Field
        label={t("approval.comment")}
        hint={t("approval.commentHint")}
        error={isReasonMissing ? t("approval.reasonMissing") : problem?.field("comment")}
      >
        {(control) => (
          <Textarea
            {...control}
            rows={2}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        )}
      </Field>
      <FormProblem problem={problem} />
      <div className="grid grid-cols-2 gap-3 md:flex md:justify-end">
        <Button
          tone="danger"
          className="max-md:h-12"
          disabled={answer.isPending}
          isBusy={isAnswering(false)}
          onClick={() => give(false)}
        >
          <X aria-hidden />
          {t("approval.reject")}
        </Button>
        <Button
          tone="primary"
          className="max-md:h-12"
          disabled={answer.isPending}
          isBusy={isAnswering(true)}
          onClick={() => give(true)}
        >
          <Check aria-hidden />
          {t("approval.approve")}
        </Button>
      </div>
    </form>
  );
}
