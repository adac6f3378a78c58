import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { healthHistoryOptions } from "@/api/platforms";
import { Field } from "@/kit/Field";
import { Loaded } from "@/kit/Loaded";
import { Panel } from "@/kit/Panel";
import { Select } from "@/kit/Select";
import { Skeleton } from "@/kit/Skeleton";
import { useFormats } from "@/lib/useFormats";
import { StatusBadge } from "./StatusBadge";

/** When platforms changed how they are, the newest change first. */
export function HealthHistory({ platforms }: { platforms: string[] }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const [platform, setPlatform] = useState("");
  const query = useQuery(healthHistoryOptions(platform || undefined));
  return (
    <Panel
      title={t("health.history")}
      text={t("health.historyText")}
      actions={
        <Field label={t("health.filter")} isLabelHidden>
          {(control) => (
            <Select
              {...control}
              value={platform}
              onChange={(event) => setPlatform(event.target.value)}
            >
              <option value="">{t("health.all")}</option>
              {platforms.map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </Select>
          )}
        </Field>
      }
    >
      <Loaded query={query} skeleton={<Skeleton className="h-24" />}>
        {(changes) =>
          changes.length === 0 ? (
            <p className="text-muted text-sm">{t("health.noHistory")}</p>
          ) : (
            <ol className="divide-y divide-line">
              {changes.map((change) => (
                <li
                  key={`${change.platform} ${change.at}`}
                  className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2 text-sm first:pt-0 last:pb-0"
                >
                  <time dateTime={change.at} className="w-40 text-muted text-xs tabular-nums">
                    {formats.dateTime(change.at)}
                  </time>
                  <bdi className="font-medium">{change.platform}</bdi>
                  <StatusBadge status={change.status} />
                  {change.detail && (
                    <bdi className="min-w-0 basis-64 grow break-words text-muted text-xs">
                      {change.detail}
                    </bdi>
                  )}
                </li>
              ))}
            </ol>
          )
        }
      </Loaded>
    </Panel>
  );
}
