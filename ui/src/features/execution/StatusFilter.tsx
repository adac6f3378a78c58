import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { type ExecutionStatus, executionStatuses } from "@/lib/status";

interface Props {
  current: ExecutionStatus[];
  onToggle: (status: ExecutionStatus) => void;
  onAll: () => void;
}

/** States to show; none chosen means all. */
export function StatusFilter({ current, onToggle, onAll }: Props) {
  const { t } = useTranslation();
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{t("execution.filter")}</legend>
      <div className="-mx-1 flex gap-1 overflow-x-auto p-1 text-sm">
        <Chip isOn={current.length === 0} onClick={onAll}>
          {t("execution.all")}
        </Chip>
        {executionStatuses.map((status) => (
          <Chip key={status} isOn={current.includes(status)} onClick={() => onToggle(status)}>
            {t(`execution.status.${status}`)}
          </Chip>
        ))}
      </div>
    </fieldset>
  );
}

interface ChipProps {
  isOn: boolean;
  onClick: () => void;
  children: string;
}

function Chip({ isOn, onClick, children }: ChipProps) {
  return (
    <button
      type="button"
      aria-pressed={isOn}
      onClick={onClick}
      className={cn(
        "flex h-8 shrink-0 items-center rounded-md px-3 max-md:h-10",
        isOn
          ? "bg-accent-soft font-medium text-accent"
          : "text-muted hover:bg-hover hover:text-ink",
      )}
    >
      {children}
    </button>
  );
}
