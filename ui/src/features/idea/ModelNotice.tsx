import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Models } from "@/api/types";
import { Notice } from "@/kit/Notice";

/** What to expect of the model that will answer, before anyone waits for it. */
export function ModelNotice({ models }: { models: Models | undefined }) {
  const { t } = useTranslation();
  if (!models?.notice) return null;
  const link = (
    <Link to="/settings/$section" params={{ section: "models" }}>
      {t("model.connectLink")}
    </Link>
  );
  switch (models.notice) {
    case "tiny_model":
      return (
        <Notice>
          {t("model.notice.tiny", { model: models.default ?? "" })} {link}
        </Notice>
      );
    case "scripted_model":
      return (
        <Notice>
          {t("model.notice.scripted")} {link}
        </Notice>
      );
    case "no_model":
      return (
        <Notice tone="warn">
          {t("model.notice.none")}{" "}
          <code dir="ltr" className="rounded bg-surface px-1 py-0.5 font-mono text-ink text-xs">
            hishamos model install
          </code>{" "}
          {t("model.notice.noneOr")} {link}
        </Notice>
      );
  }
}
