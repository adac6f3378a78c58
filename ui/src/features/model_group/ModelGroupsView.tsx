import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Layers, Pencil, Plus, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ModelGroup } from "@/api/gateway";
import { keys } from "@/api/keys";
import { deleteModelGroup, modelGroupsOptions } from "@/api/platforms";
import { useCan } from "@/api/useCan";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Confirm } from "@/kit/Confirm";
import { EmptyState } from "@/kit/EmptyState";
import { Loaded } from "@/kit/Loaded";
import { Skeleton } from "@/kit/Skeleton";
import { toastProblem } from "@/kit/toastProblem";
import { useFormats } from "@/lib/useFormats";
import { inOrder } from "./form";
import { ModelGroupDialog } from "./ModelGroupDialog";

/** Names of one's own for models: an alias for one, or a group of several. */
export function ModelGroupsView() {
  const { t } = useTranslation();
  const queryClient = useQueryClient();
  const query = useQuery(modelGroupsOptions);
  const canManage = useCan("manage_platforms");
  const [edited, setEdited] = useState<ModelGroup | "new" | null>(null);
  const [asking, setAsking] = useState<ModelGroup | null>(null);
  const remove = useMutation({
    mutationFn: (group: ModelGroup) => deleteModelGroup(group.id),
    onError: (error) => toastProblem(error),
    onSettled: () => {
      setAsking(null);
      void queryClient.invalidateQueries({ queryKey: keys.modelGroups });
    },
  });
  const create = canManage && (
    <Button tone="primary" onClick={() => setEdited("new")}>
      <Plus aria-hidden />
      {t("modelGroup.new")}
    </Button>
  );
  return (
    <>
      <Loaded query={query} skeleton={<Skeleton className="h-40" />}>
        {(groups) =>
          groups.length === 0 ? (
            <EmptyState icon={Layers} title={t("modelGroup.none")} text={t("modelGroup.noneText")}>
              {create}
            </EmptyState>
          ) : (
            <>
              <div className="mb-4 flex justify-end">{create}</div>
              <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
                {groups.map((group) => (
                  <Row
                    key={group.id}
                    group={group}
                    canManage={canManage}
                    onEdit={() => setEdited(group)}
                    onRemove={() => setAsking(group)}
                  />
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {edited && (
        <ModelGroupDialog
          key={edited === "new" ? "new" : edited.id}
          group={edited === "new" ? null : edited}
          onClose={() => setEdited(null)}
        />
      )}
      <Confirm
        isOpen={asking !== null}
        onClose={() => setAsking(null)}
        onConfirm={() => asking && remove.mutate(asking)}
        isBusy={remove.isPending}
        title={t("platform.removeTitle", { name: asking?.name ?? "" })}
        text={t("modelGroup.removeText")}
        action={t("platform.remove")}
      />
    </>
  );
}

interface RowProps {
  group: ModelGroup;
  canManage: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

function Row({ group, canManage, onEdit, onRemove }: RowProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { name, targets } = group;
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium font-mono text-sm">{name}</bdi>
          <Badge>
            {targets.length === 1
              ? t("modelGroup.alias")
              : t(`modelGroup.strategyIs.${group.strategy}`)}
          </Badge>
          {!group.is_enabled && (
            <Badge tone="warn">
              <Power aria-hidden />
              {t("platform.off")}
            </Badge>
          )}
        </p>
        <ol className="mt-1.5 flex flex-wrap gap-x-4 gap-y-1 text-sm">
          {inOrder(targets).map((target, index) => (
            <li key={`${target.platform}/${target.model}`} className="flex items-center gap-1.5">
              {targets.length > 1 && (
                <span className="text-muted text-xs tabular-nums">{formats.number(index + 1)}</span>
              )}
              <bdi className="break-all font-mono text-xs">
                {target.platform}/{target.model}
              </bdi>
              {group.strategy === "weighted" && (
                <span className="text-muted text-xs">× {formats.number(target.weight)}</span>
              )}
            </li>
          ))}
        </ol>
        {group.hedge_after_ms !== null && (
          <p className="mt-1 text-muted text-xs">
            {t("modelGroup.hedgeAfter", { time: formats.duration(group.hedge_after_ms) })}
          </p>
        )}
      </div>
      {canManage && (
        <div className="flex">
          <Button
            tone="ghost"
            size="icon"
            aria-label={t("platform.editTitle", { name })}
            onClick={onEdit}
          >
            <Pencil aria-hidden />
          </Button>
          <Button
            tone="ghost"
            size="icon"
            aria-label={t("action.removeWhat", { what: name })}
            onClick={onRemove}
          >
            <Trash2 aria-hidden />
          </Button>
        </div>
      )}
    </li>
  );
}
