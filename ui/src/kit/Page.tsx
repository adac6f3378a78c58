import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface Props {
  title: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  isWide?: boolean;
}

export function Page({ title, actions, children, isWide }: Props) {
  return (
    <div className={cn("mx-auto w-full px-4 py-6 md:px-8", isWide ? "max-w-7xl" : "max-w-5xl")}>
      <header className="mb-6 flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
        {actions}
      </header>
      {children}
    </div>
  );
}
