import { Link } from "@tanstack/react-router";
import { CircleDollarSign, Ellipsis, Pencil, PlugZap, Power, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { Platform, PlatformHealth } from "@/api/gateway";
import { Badge } from "@/kit/Badge";
import { Button } from "@/kit/Button";
import { Menu, MenuItem, MenuRule } from "@/kit/Menu";
import { useFormats } from "@/lib/useFormats";
import { RemoveDialog } from "./RemoveDialog";
import { StatusBadge } from "./StatusBadge";
import { TestOutcome } from "./TestOutcome";
import { useKindName } from "./useKindName";
import { usePlatformOrders } from "./usePlatformOrders";

interface Props {
  platform: Platform;
  health: PlatformHealth | undefined;
  onEdit: () => void;
}

/** Servers of others that are used as soon as they run on this machine. */
const isDetected = ({ source, kind }: Platform) =>
  source === "built_in" && kind !== "local" && kind !== "scripted";

export function PlatformRow({ platform, health, onEdit }: Props) {
  const { t } = useTranslation();
  const formats = useFormats();
  const nameOf = useKindName();
  const { test, fresh, turn, remove } = usePlatformOrders(platform);
  const [isAsking, setAsking] = useState(false);
  const { name, models } = platform;
  const isOwn = platform.source === "database";
  const limits = [
    platform.requests_per_minute !== null &&
      t("limit.requestsShort", { shown: formats.number(platform.requests_per_minute) }),
    platform.tokens_per_minute !== null &&
      t("limit.tokensShort", { shown: formats.number(platform.tokens_per_minute) }),
    platform.daily_budget_micros !== null &&
      t("limit.perDay", { money: formats.money(platform.daily_budget_micros) }),
    platform.fallback_order > 0 &&
      t("platform.stepsIn", { place: formats.number(platform.fallback_order) }),
  ].filter((each) => each !== false);
  return (
    <li className="flex flex-wrap items-start gap-x-4 gap-y-3 px-4 py-3">
      <div className="min-w-0 flex-1 basis-72">
        <p className="flex flex-wrap items-center gap-2">
          <bdi className="font-medium">{name}</bdi>
          <Badge>{nameOf(platform.kind)}</Badge>
          {platform.is_enabled ? (
            health && <StatusBadge status={health.status} lastCheck={health.last_check} />
          ) : (
            <Badge tone="warn">
              <Power aria-hidden />
              {t("platform.off")}
            </Badge>
          )}
          {platform.source !== "database" && (
            <Badge>
              {isDetected(platform)
                ? t("platform.detected")
                : t(`platform.source.${platform.source}`)}
            </Badge>
          )}
        </p>
        <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs">
          {platform.base_url && (
            <span dir="ltr" className="min-w-0 break-all font-mono">
              {platform.base_url}
            </span>
          )}
          {isOwn &&
            (platform.api_key ? (
              <span>
                {t("platform.key")} <bdi className="font-mono">{platform.api_key}</bdi>
              </span>
            ) : (
              <span>{t("platform.noKey")}</span>
            ))}
          <span>
            {models.length === 0
              ? t("platform.everyModel")
              : t("platform.modelCount", { count: models.length })}
            {platform.default_model && (
              <>
                {" · "}
                {t("platform.default")} <bdi>{platform.default_model}</bdi>
              </>
            )}
          </span>
        </p>
        {limits.length > 0 && (
          <p className="mt-1 flex flex-wrap gap-x-3 text-muted text-xs tabular-nums">
            {limits.map((each) => (
              <span key={each}>{each}</span>
            ))}
          </p>
        )}
        {isOwn && (
          <div className="mt-1">
            <TestOutcome fresh={fresh} tested={platform.tested} />
          </div>
        )}
      </div>
      {isOwn && (
        <div className="flex gap-1">
          <Button isBusy={test.isPending} onClick={() => test.mutate()}>
            {!test.isPending && <PlugZap aria-hidden />}
            {t("platform.test")}
            <span className="sr-only">{name}</span>
          </Button>
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
            <MenuItem onSelect={() => turn.mutate(!platform.is_enabled)}>
              <Power aria-hidden />
              {platform.is_enabled ? t("platform.turnOff") : t("platform.turnOn")}
            </MenuItem>
            <MenuItem asChild>
              <Link to="/admin/prices" search={{ platform: name }}>
                <CircleDollarSign aria-hidden />
                {t("price.title")}
              </Link>
            </MenuItem>
            <MenuRule />
            <MenuItem onSelect={() => setAsking(true)}>
              <Trash2 aria-hidden />
              {t("platform.remove")}
            </MenuItem>
          </Menu>
        </div>
      )}
      {isAsking && (
        <RemoveDialog
          name={name}
          isBusy={remove.isPending}
          onClose={() => setAsking(false)}
          onRemove={() => remove.mutate(undefined, { onSettled: () => setAsking(false) })}
        />
      )}
    </li>
  );
}
