import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

const bars = { low: 1, medium: 2, high: 3 };
const heights = [4, 8, 12];

interface Props {
  priority: "critical" | keyof typeof bars;
}

/** Critical shouts; the others are one to three bars. */
export function PriorityIcon({ priority }: Props) {
  const { t } = useTranslation();
  const name = t("item.priorityIs", { priority: t(`priority.${priority}`) });
  return (
    <span title={name} className={priority === "critical" ? "text-danger" : "text-muted"}>
      {priority === "critical" ? (
        <CircleAlert className="size-3.5" aria-hidden />
      ) : (
        <svg viewBox="0 0 14 14" className="size-3.5 rtl:-scale-x-100" aria-hidden>
          {heights.map((height, at) => (
            <rect
              key={height}
              x={1 + at * 4.5}
              y={13 - height}
              width={3}
              height={height}
              rx={1}
              fill="currentColor"
              opacity={at < bars[priority] ? 1 : 0.25}
            />
          ))}
        </svg>
      )}
      <span className="sr-only">{name}</span>
    </span>
  );
}
