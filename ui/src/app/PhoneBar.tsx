import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { places } from "./places";

export function PhoneBar() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("nav.main")}
      className="flex shrink-0 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden"
    >
      {places.map(({ to, icon: Icon, name }) => (
        <Link
          key={to}
          to={to}
          className="flex h-14 flex-1 flex-col items-center justify-center gap-1 text-muted text-xs"
          activeProps={{ className: "!text-accent font-medium" }}
        >
          <Icon className="size-5" aria-hidden />
          {t(name)}
        </Link>
      ))}
    </nav>
  );
}
