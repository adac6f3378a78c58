import { useQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { sessionOptions } from "@/api/identity";
import { useShortcut } from "@/lib/useShortcut";
import { PhoneBar } from "./PhoneBar";
import { Shortcuts } from "./Shortcuts";
import { Sidebar } from "./Sidebar";

/** The frame of every signed-in page: skip link, navigation, content. */
export function Shell() {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionOptions);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useShortcut("?", () => setHelpOpen(true));
  if (!session) return null;
  return (
    <>
      <a
        href="#content"
        className="fixed start-2 top-2 z-50 -translate-y-16 rounded-md bg-accent px-3 py-2 text-on-accent focus:translate-y-0"
      >
        {t("nav.skip")}
      </a>
      <div className="flex h-dvh print:block print:h-auto">
        <Sidebar session={session} onHelp={() => setHelpOpen(true)} />
        <div className="flex min-w-0 flex-1 flex-col">
          <main
            id="content"
            tabIndex={-1}
            className="relative min-h-0 flex-1 overflow-y-auto outline-none print:overflow-visible"
          >
            <Outlet />
          </main>
          <PhoneBar />
        </div>
      </div>
      <Shortcuts isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
    </>
  );
}
