import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { WaitingCount } from "@/features/approval/WaitingCount";
import { places } from "./places";

export function PhoneBar() {
  const { t } = useTranslation();
  return (
    <nav
      aria-label={t("nav.main")}
      className="flex shrink-0 border-line border-t bg-surface pb-[env(safe-area-inset-bottom)] md:hidden print:hidden"
    >
      {places
        .filter((each) => each.onPhone)
        .map(({ to, icon: Icon, name }) => (
          <Link
            key={to}
            to={to}
            className="relative flex h-14 min-w-0 flex-1 flex-col items-center justify-center gap-1 text-[0.6875rem] text-muted"
            activeProps={{ className: "!text-accent font-medium" }}
          >
            <Icon className="size-5" aria-hidden />
            <span className="max-w-full truncate px-0.5">{t(name)}</span>
            {to === "/approvals" && (
              <WaitingCount className="absolute start-1/2 top-1 ms-1.5 h-4 min-w-4 px-1" />
            )}
          </Link>
        ))}
    </nav>
  );
}
