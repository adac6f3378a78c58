import { Link, useLocation } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useAdminPlaces } from "@/api/useAdminPlaces";
import { cn } from "@/lib/cn";

/** The ways into administration, for whoever has some. */
export function AdminNav() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const places = useAdminPlaces();
  if (places.length === 0) return null;
  return (
    <div>
      <h2 className="px-2 pb-1 font-medium text-muted text-xs">{t("nav.administration")}</h2>
      <ul className="flex flex-col gap-0.5">
        {places.map(({ to, icon: Icon, name, also }) => {
          const isCurrent = pathname === to || also.some((each) => each === pathname);
          return (
            <li key={to}>
              <Link
                to={to}
                activeOptions={{ exact: true }}
                className={cn(
                  "flex h-8 items-center gap-2 rounded-md px-2 text-sm",
                  isCurrent
                    ? "bg-hover font-medium text-ink"
                    : "text-muted hover:bg-hover hover:text-ink",
                )}
              >
                <Icon className="size-4 shrink-0" aria-hidden />
                <span className="truncate">{t(name)}</span>
              </Link>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
