import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useAdminPlaces } from "@/api/useAdminPlaces";

/** On phones the bar has no room for administration: this is the way there. */
export function AdminLinks() {
  const { t } = useTranslation();
  const places = useAdminPlaces();
  if (places.length === 0) return null;
  return (
    <nav aria-labelledby="admin-links" className="mt-8 md:hidden">
      <h2 id="admin-links" className="mb-2 font-semibold">
        {t("nav.administration")}
      </h2>
      <ul className="divide-y divide-line rounded-lg border border-line bg-surface shadow-card">
        {places.map(({ to, icon: Icon, name }) => (
          <li key={to}>
            <Link to={to} className="flex h-12 items-center gap-3 px-4 text-base">
              <Icon className="size-4 text-muted" aria-hidden />
              <span className="flex-1">{t(name)}</span>
              <ChevronRight className="size-4 text-muted rtl:-scale-x-100" aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
