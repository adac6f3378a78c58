import { Link } from "@tanstack/react-router";
import { ChevronsUpDown, LogOut, Settings } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Session } from "@/api/types";
import { Menu, MenuItem, MenuLabel, MenuRule } from "@/kit/Menu";
import { useSignOut } from "@/lib/useSignOut";

export function UserMenu({ session }: { session: Session }) {
  const { t } = useTranslation();
  const leave = useSignOut();
  return (
    <Menu
      align="start"
      trigger={
        <button
          type="button"
          className="flex w-full items-center gap-2 rounded-md p-2 text-start hover:bg-hover"
        >
          <span
            aria-hidden
            className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent text-xs"
          >
            {session.user.name.slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0 flex-1">
            <bdi className="block truncate font-medium text-sm">{session.user.name}</bdi>
            <bdi className="block truncate text-muted text-xs">{session.organisation.name}</bdi>
          </span>
          <ChevronsUpDown className="size-4 text-muted" aria-hidden />
          <span className="sr-only">{t("nav.account")}</span>
        </button>
      }
    >
      <MenuLabel>
        <bdi>{session.user.email}</bdi> · {session.role.name}
      </MenuLabel>
      <MenuRule />
      <MenuItem asChild>
        <Link to="/settings">
          <Settings aria-hidden />
          {t("nav.settings")}
        </Link>
      </MenuItem>
      <MenuItem onSelect={() => leave.mutate()}>
        <LogOut className="rtl:-scale-x-100" aria-hidden />
        {t("action.signOut")}
      </MenuItem>
    </Menu>
  );
}
