import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { revisionsOptions } from "@/api/workflows";
import { Button } from "@/kit/Button";
import { Notice } from "@/kit/Notice";
import { When } from "@/kit/When";
import { Difference } from "./Difference";

interface Props {
  slug: string;
  /** The revision that the draft goes on from, and the one that somebody else saved after it. */
  from: number | null;
  to: number | null;
  onKeep: () => void;
  onTake: () => void;
}

/** Somebody else saved while a draft was written: who, when and what, and the ways out. */
export function Overtaken({ slug, from, to, onKeep, onTake }: Props) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(false);
  const { data: revisions } = useQuery(revisionsOptions(slug));
  const theirs = revisions?.find((each) => each.revision === to);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <Notice tone="warn" role="alert">
        <p>{t("workflow.overtaken")}</p>
        {theirs && (
          <p className="mt-1 text-xs">
            {t("execution.revision", { revision: theirs.revision })} ·{" "}
            <bdi>{theirs.created_by}</bdi> · <When at={theirs.created_at} />
          </p>
        )}
        <div className="mt-2 flex flex-wrap gap-2">
          {from !== null && to !== null && (
            <Button size="sm" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
              {t("workflow.theirChanges")}
            </Button>
          )}
          <Button size="sm" onClick={onKeep}>
            {t("conflict.keepMine")}
          </Button>
          <Button size="sm" onClick={onTake}>
            {t("conflict.takeTheirs")}
          </Button>
        </div>
      </Notice>
      {isShown && from !== null && to !== null && (
        <Difference label={t("workflow.theirChanges")} slug={slug} from={from} to={to} isInColumn />
      )}
    </div>
  );
}
