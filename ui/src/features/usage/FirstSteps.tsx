import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useCan } from "@/api/useCan";
import { Button } from "@/kit/Button";

/** Where calls of models come from, for who finds none yet. */
export function FirstSteps() {
  const { t } = useTranslation();
  const canSetUp = useCan("manage_platforms");
  return (
    <>
      {canSetUp && (
        <Button asChild>
          <Link to="/admin/platforms">{t("nav.platforms")}</Link>
        </Button>
      )}
      <Button asChild>
        <Link to="/projects">{t("nav.projects")}</Link>
      </Button>
    </>
  );
}
