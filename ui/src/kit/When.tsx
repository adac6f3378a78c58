import { useFormats } from "@/lib/useFormats";
import { useNow } from "@/lib/useNow";

/** "3 minutes ago", with the exact time on hover. */
export function When({ at }: { at: string }) {
  const formats = useFormats();
  const now = useNow(30_000);
  return (
    <time dateTime={at} title={formats.dateTime(at)} className="whitespace-nowrap">
      {formats.relative(at, now)}
    </time>
  );
}
