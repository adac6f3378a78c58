import { useFormats } from "@/lib/useFormats";
import { useNow } from "@/lib/useNow";

/** Time from start to end, counting up while there is no end. */
export function Elapsed({ from, to }: { from: string | null; to: string | null }) {
  const formats = useFormats();
  const now = useNow(1_000, from !== null && to === null);
  if (from === null) return null;
  const ms = (to === null ? now : Date.parse(to)) - Date.parse(from);
  return (
    <span className="tabular-nums" aria-hidden={to === null || undefined}>
      {to === null ? formats.seconds(ms) : formats.duration(Math.max(0, ms))}
    </span>
  );
}
