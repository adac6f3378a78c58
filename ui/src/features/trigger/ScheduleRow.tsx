import { Link } from "@tanstack/react-router";
import { Ellipsis, Pencil, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schedule } from "@/api/workflow-engine";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { Menu, MenuItem } from "@/kit/Menu";
import { Switch } from "@/kit/Switch";
import { zonedTime } from "@/lib/zonedTime";
import { LastRun } from "./LastRun";
import { RhythmText } from "./RhythmText";
import { useScheduleOrders } from "./useScheduleOrders";

interface Props {
  schedule: Schedule;
  workflowName: string;
  canOrder: boolean;
  onEdit: () => void;
}

export function ScheduleRow({ schedule, workflowName, canOrder, onEdit }: Props) {
  const { t, i18n } = useTranslation();
  const [isAsking, setAsking] = useState(false);
  const { turn, run, remove } = useScheduleOrders(schedule.id);
  const name = schedule.name ?? workflowName;
  const isDeclared = schedule.source === "definition";
  const next = schedule.enabled ? schedule.next_runs[0] : undefined;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
      <Switch
        checked={turn.isPending ? turn.variables : schedule.enabled}
        disabled={!canOrder || turn.isPending}
        onCheckedChange={(enabled) => turn.mutate(enabled)}
        aria-label={t("schedule.enabled", { name })}
      />
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          <bdi className="truncate">{name}</bdi>
          {isDeclared && <Badge>{t("event.inDefinition")}</Badge>}
        </p>
        <p className="text-muted text-sm">
          <RhythmText cron={schedule.cron} /> · <bdi>{schedule.timezone}</bdi>
        </p>
        {schedule.name !== null && (
          <Link
            to="/workflows/$slug"
            params={{ slug: schedule.workflow }}
            className="text-muted text-xs hover:text-ink hover:underline"
          >
            <bdi>{workflowName}</bdi>
          </Link>
        )}
      </div>
      <dl className="grid w-full grid-cols-[auto_1fr] gap-x-3 gap-y-0.5 text-xs md:w-72">
        <dt className="text-muted">{t("schedule.next")}</dt>
        <dd>
          {next ? (
            <time dateTime={next}>{zonedTime(next, schedule.timezone, i18n.language)}</time>
          ) : (
            "–"
          )}
        </dd>
        <dt className="text-muted">{t("schedule.last")}</dt>
        <dd className="flex flex-wrap items-center gap-1.5">
          <LastRun run={schedule.last_run} name={name} />
        </dd>
      </dl>
      {canOrder && (
        <div className="flex gap-1">
          <Button isBusy={run.isPending} onClick={() => run.mutate()}>
            {!run.isPending && <Play className="rtl:-scale-x-100" aria-hidden />}
            {t("schedule.run")}
            <span className="sr-only">{name}</span>
          </Button>
          {!isDeclared && (
            <Menu
              label={name}
              trigger={
                <Button tone="ghost" size="icon" aria-label={t("schedule.more", { name })}>
                  <Ellipsis aria-hidden />
                </Button>
              }
            >
              <MenuItem onSelect={onEdit}>
                <Pencil aria-hidden />
                {t("action.edit")}
              </MenuItem>
              <MenuItem onSelect={() => setAsking(true)}>
                <Trash2 aria-hidden />
                {t("action.delete")}
              </MenuItem>
            </Menu>
          )}
        </div>
      )}
      <Confirm
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        onConfirm={() => remove.mutate()}
        isBusy={remove.isPending}
        title={t("schedule.deleteTitle", { name })}
        text={t("schedule.deleteText")}
        action={t("action.delete")}
      />
    </li>
  );
}
