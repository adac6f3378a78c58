import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Activity, Archive, ArchiveRestore, CalendarClock, Download, Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import { toast } from "sonner";
import { keys } from "@/api/keys";
import { useCan } from "@/api/useCan";
import type { Workflow } from "@/api/workflow-engine";
import { exportWorkflow, setArchived } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { Menu, MenuItem, MenuRule } from "@/kit/Menu";
import { toastProblem } from "@/kit/toastProblem";
import { saveFile } from "@/lib/saveFile";

/** What else can be done with a workflow. */
export function WorkflowMenu({ workflow }: { workflow: Workflow }) {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const canCreate = useCan("create_workflow");
  const { slug } = workflow;
  const isArchived = workflow.status === "archived";
  const keep = useMutation({
    mutationFn: () => setArchived(slug, !isArchived),
    onSuccess: () => {
      toast.success(isArchived ? t("workflow.didActivate") : t("workflow.didArchive"));
      void queryClient.invalidateQueries({ queryKey: keys.workflows });
    },
    onError: (error) => toastProblem(error),
  });
  const save = useMutation({
    mutationFn: async (format: "yaml" | "json") =>
      saveFile(`${slug}.${format}`, await exportWorkflow(slug, format)),
    onError: (error) => toastProblem(error),
  });
  return (
    <Menu
      label={t("workflow.more")}
      trigger={
        <Button size="icon" aria-label={t("workflow.more")}>
          <Ellipsis aria-hidden />
        </Button>
      }
    >
      <MenuItem asChild>
        <Link to="/executions" search={{ workflow: slug }}>
          <Activity aria-hidden />
          {t("workflow.executions")}
        </Link>
      </MenuItem>
      <MenuItem asChild>
        <Link to="/triggers/$kind" params={{ kind: "schedules" }} search={{ workflow: slug }}>
          <CalendarClock aria-hidden />
          {t("workflow.schedule")}
        </Link>
      </MenuItem>
      <MenuRule />
      <MenuItem onSelect={() => save.mutate("yaml")}>
        <Download aria-hidden />
        {t("workflow.exportYaml")}
      </MenuItem>
      <MenuItem onSelect={() => save.mutate("json")}>
        <Download aria-hidden />
        {t("workflow.exportJson")}
      </MenuItem>
      {canCreate && workflow.source === "organisation" && (
        <>
          <MenuRule />
          <MenuItem onSelect={() => keep.mutate()}>
            {isArchived ? <ArchiveRestore aria-hidden /> : <Archive aria-hidden />}
            {isArchived ? t("workflow.activate") : t("workflow.archive")}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
