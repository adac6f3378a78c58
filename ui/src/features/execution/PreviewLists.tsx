import { Check, RotateCcw, Undo2 } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Step } from "@/api/workflow-engine";
import type { Preview, Undoing } from "@/lib/afterLife";

/** What stays and what happens again, before anyone says yes. */
export function PreviewLists({ preview }: { preview: Preview }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <List
        title={t("execution.kept", { count: preview.kept.length })}
        icon={<Check className="text-ok" aria-hidden />}
        items={preview.kept}
      />
      <List
        title={t("execution.again", { count: preview.again.length })}
        icon={<RotateCcw className="text-accent" aria-hidden />}
        items={preview.again}
      />
    </div>
  );
}

export function UndoLists({ undoing }: { undoing: Undoing }) {
  const { t } = useTranslation();
  return (
    <div className="grid gap-3 sm:grid-cols-2">
      <List
        title={t("execution.undone", { count: undoing.undone.length })}
        icon={<Undo2 className="text-warn" aria-hidden />}
        items={undoing.undone}
        isOrdered
      />
      <List
        title={t("execution.stays", { count: undoing.stays.length })}
        icon={<Check className="text-muted" aria-hidden />}
        items={undoing.stays}
      />
    </div>
  );
}

interface ListProps {
  title: string;
  icon: ReactNode;
  items: Step[];
  isOrdered?: boolean;
}

function List({ title, icon, items, isOrdered }: ListProps) {
  const Tag = isOrdered ? "ol" : "ul";
  return (
    <div className="min-w-0 rounded-md border border-line p-3">
      <p className="font-medium text-sm">{title}</p>
      {items.length > 0 && (
        <Tag className="mt-2 flex max-h-48 flex-col gap-1 overflow-y-auto text-sm">
          {items.map((step) => (
            <li key={step.id} className="flex items-center gap-2 [&>svg]:size-4 [&>svg]:shrink-0">
              {icon}
              <bdi className="min-w-0 truncate">{step.name}</bdi>
            </li>
          ))}
        </Tag>
      )}
    </div>
  );
}
