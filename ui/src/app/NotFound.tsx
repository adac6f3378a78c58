import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/kit/Button";
import { EmptyState } from "@/kit/EmptyState";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <main className="pt-[12vh]">
      <h1 className="sr-only">{t("notFound.title")}</h1>
      <EmptyState icon={Compass} title={t("notFound.title")} text={t("notFound.text")}>
        <Button asChild tone="primary">
          <Link to="/projects">{t("notFound.action")}</Link>
        </Button>
      </EmptyState>
    </main>
  );
}
