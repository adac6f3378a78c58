import { useTranslation } from "react-i18next";
import type { Model } from "@/api/types";
import { Badge, type Tone } from "@/kit/Badge";
import { kindName } from "@/lib/platformKinds";
import { useFormats } from "@/lib/useFormats";

const tones: Record<Model["status"], Tone> = {
  ready: "ok",
  loading: "accent",
  stopped: "quiet",
  not_installed: "warn",
  error: "danger",
};

export function ModelRow({ model, isDefault }: { model: Model; isDefault: boolean }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const { kind } = model;
  const ours = kind === "local" || kind === "scripted";
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-1 py-3 first:pt-0 last:pb-0">
      <div className="min-w-0 flex-1 basis-56">
        <p className="flex flex-wrap items-center gap-2 font-medium text-sm">
          <bdi>{model.id}</bdi>
          {isDefault && <Badge tone="accent">{t("model.default")}</Badge>}
          {model.is_tiny && <Badge>{t("model.tiny")}</Badge>}
        </p>
        <p className="flex flex-wrap gap-x-3 text-muted text-xs">
          <span>{ours ? t(`model.kind.${kind}`) : (kindName(kind) ?? t("model.kind.openai"))}</span>
          {model.size_bytes !== null && <span>{formats.bytes(model.size_bytes)}</span>}
          {model.context_tokens !== null && (
            <span>{t("model.context", { shown: formats.number(model.context_tokens) })}</span>
          )}
        </p>
        {model.status_detail && (
          <p className="text-muted text-xs" dir="auto">
            {model.status_detail}
          </p>
        )}
      </div>
      <Badge tone={tones[model.status]}>{t(`model.status.${model.status}`)}</Badge>
    </li>
  );
}
