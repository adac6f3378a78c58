import { Direction } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Toaster } from "sonner";
import { Announcer } from "@/kit/Announcer";

export function Providers({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const dir = i18n.dir();
  return (
    <Direction.Provider dir={dir}>
      {children}
      <Announcer />
      <Toaster
        dir={dir}
        position={dir === "rtl" ? "bottom-left" : "bottom-right"}
        containerAriaLabel={t("nav.notifications")}
        mobileOffset={{ bottom: "72px" }}
        toastOptions={{
          classNames: {
            toast: "!rounded-lg !border-line !bg-surface !text-ink !shadow-raised !font-sans",
            description: "!text-muted",
          },
        }}
      />
    </Direction.Provider>
  );
}
