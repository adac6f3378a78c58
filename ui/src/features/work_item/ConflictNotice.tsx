import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { Notice } from "@/kit/Notice";
import type { Draft } from "./draft";

interface Props {
  edit: { clashing: (keyof Draft)[]; keepMine: () => void; takeTheirs: () => void };
}

const names = {
  title: "item.title",
  description: "item.description",
  user_role: "item.userRole",
  feature: "item.feature",
  benefit: "item.benefit",
  acceptance_criteria: "item.criteria",
  points: "item.points",
  priority: "item.priority",
} as const satisfies Record<keyof Draft, string>;

/** Someone saved this item while it was being edited here. */
export function ConflictNotice({ edit }: Props) {
  const { t, i18n } = useTranslation();
  const list = new Intl.ListFormat(i18n.language).format(
    edit.clashing.map((name) => t(names[name])),
  );
  return (
    <Notice tone="warn" role="alert">
      <p>{edit.clashing.length > 0 ? t("conflict.same", { fields: list }) : t("conflict.other")}</p>
      <div className="mt-2 flex gap-2">
        <Button size="sm" onClick={edit.keepMine}>
          {t("conflict.keepMine")}
        </Button>
        <Button size="sm" onClick={edit.takeTheirs}>
          {t("conflict.takeTheirs")}
        </Button>
      </div>
    </Notice>
  );
}
