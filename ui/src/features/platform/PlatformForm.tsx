import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import type { AddedKind, Platform, PlatformWish } from "@/api/gateway";
import { keys } from "@/api/keys";
import { changePlatform, createPlatform } from "@/api/platforms";
import { Button } from "@/kit/Button";
import { Notice } from "@/kit/Notice";
import { ProblemText } from "@/kit/ProblemText";
import { asProblem } from "@/lib/problem";
import { useFormats } from "@/lib/useFormats";
import { type Faults, formOf, newForm, readForm } from "./form";
import { PlatformFields } from "./PlatformFields";

interface Props {
  kind: AddedKind;
  platform: Platform | null;
  taken: readonly string[];
  onBack?: () => void;
  onDone: () => void;
}

/** What is saved was tested; what fails the test can be saved all the same, knowingly. */
export function PlatformForm({ kind, platform, taken, onBack, onDone }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const queryClient = useQueryClient();
  const frame = useRef<HTMLFormElement>(null);
  const [form, setForm] = useState(() => (platform ? formOf(platform) : newForm(kind, taken)));
  const [faults, setFaults] = useState<Faults>({});
  const save = useMutation({
    mutationFn: ({ wish, force }: { wish: PlatformWish; force: boolean }) =>
      platform?.id
        ? changePlatform(platform.id, { ...wish, version: platform.version }, force)
        : createPlatform({ ...wish, name: form.name.trim(), kind }, force),
    onSuccess: ({ name, tested }) => {
      const latency = tested?.error ? null : (tested?.latency_ms ?? null);
      toast.success(
        latency === null
          ? t("platform.saved", { name })
          : t("platform.savedTested", { name, latency: formats.duration(latency) }),
      );
      onDone();
    },
    onSettled: () => {
      void queryClient.invalidateQueries({ queryKey: keys.platforms });
      void queryClient.invalidateQueries({ queryKey: keys.platformHealth });
      void queryClient.invalidateQueries({ queryKey: keys.models });
      void queryClient.invalidateQueries({ queryKey: keys.budgets });
    },
  });
  // What went wrong stands below the fields, with what can be done about it.
  useEffect(() => {
    if (save.error && asProblem(save.error).fields.length === 0) {
      frame.current?.scrollTo({ top: frame.current.scrollHeight });
    }
  }, [save.error]);
  const problem = save.error ? asProblem(save.error) : null;
  const hasFailed = problem?.code === "platform_test_failed";
  const errorOf = (field: string) => {
    const fault = faults[field];
    return fault ? t(`field.fault.${fault}`) : problem?.field(field);
  };
  const submit = (force: boolean) => {
    const read = readForm(form);
    setFaults(read.faults);
    if (Object.keys(read.faults).length > 0) return;
    save.mutate({ wish: read.wish, force });
  };
  return (
    <form
      ref={frame}
      noValidate
      className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5"
      onSubmit={(event) => {
        event.preventDefault();
        submit(false);
      }}
    >
      <p className="text-muted text-sm">{t(`platform.help.${kind}`)}</p>
      <PlatformFields
        kind={kind}
        platform={platform}
        form={form}
        errorOf={errorOf}
        onChange={(change) => setForm({ ...form, ...change })}
      />
      {problem && problem.fields.length === 0 && (
        <Notice tone="danger" role="alert">
          {hasFailed && <p className="font-medium">{t("platform.testFailed")}</p>}
          {hasFailed ? (
            <p dir="auto" className="align-page break-words">
              {/* What can be done about it stands here as a button. */}
              {problem.message.replace(/; nothing was saved: .*$/, "")}
            </p>
          ) : (
            <ProblemText error={problem} />
          )}
          {hasFailed && (
            <Button size="sm" className="mt-2" isBusy={save.isPending} onClick={() => submit(true)}>
              {t("platform.force")}
            </Button>
          )}
        </Notice>
      )}
      {save.isPending && (
        <Notice role="status">{t("platform.asking", { address: form.baseUrl.trim() })}</Notice>
      )}
      <div className="flex flex-wrap justify-end gap-2">
        {onBack && (
          <Button tone="ghost" className="me-auto" onClick={onBack}>
            {t("platform.otherKind")}
          </Button>
        )}
        <Button onClick={onDone}>{t("action.cancel")}</Button>
        <Button type="submit" tone="primary" isBusy={save.isPending}>
          {t("platform.testAndSave")}
        </Button>
      </div>
    </form>
  );
}
