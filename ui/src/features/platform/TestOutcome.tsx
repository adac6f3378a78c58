import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Platform, PlatformTest } from "@/api/gateway";
import { When } from "@/kit/When";
import { useFormats } from "@/lib/useFormats";

interface Props {
  /** How the test that was just made went. */
  fresh: PlatformTest | undefined;
  /** The last one that the server remembers. */
  tested: Platform["tested"];
}

/** The last test in one line; what went wrong is said in the provider's own words. */
export function TestOutcome({ fresh, tested }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const error = fresh ? fresh.error : (tested?.error ?? null);
  const latency = fresh ? fresh.latency_ms : (tested?.latency_ms ?? null);
  const isSlow = fresh?.health === "degraded";
  return (
    <div role="status" className="text-xs empty:hidden">
      {error !== null && (
        <p className="flex items-start gap-1.5 text-danger">
          <CircleX className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          <span className="min-w-0 break-words">
            {t("platform.failed")} <bdi>{error}</bdi>
            {!fresh && tested && (
              <>
                {" "}
                (<When at={tested.at} />)
              </>
            )}
          </span>
        </p>
      )}
      {error === null && (fresh || tested) && (
        <p className={isSlow ? "flex gap-1.5 text-warn" : "flex gap-1.5 text-muted"}>
          {isSlow ? (
            <TriangleAlert className="mt-0.5 size-3.5 shrink-0" aria-hidden />
          ) : (
            <CircleCheck className="mt-0.5 size-3.5 shrink-0 text-ok" aria-hidden />
          )}
          <span className="min-w-0">
            {latency === null
              ? t("platform.answered")
              : t("platform.answeredIn", { latency: formats.duration(latency) })}
            {fresh?.model && (
              <>
                {" · "}
                <bdi>{fresh.model}</bdi>
              </>
            )}
            {fresh && fresh.models.length > 0 && (
              <> · {t("platform.serves", { count: fresh.models.length })}</>
            )}
            {fresh?.cost_micros != null && <> · {formats.money(fresh.cost_micros)}</>}
            {!fresh && tested && (
              <>
                {" · "}
                <When at={tested.at} />
              </>
            )}
          </span>
        </p>
      )}
    </div>
  );
}
