import type { ReactNode } from "react";
import { LocaleSwitch } from "./LocaleSwitch";
import { Mark } from "./Mark";

interface Props {
  title: string;
  text: ReactNode;
  children: ReactNode;
}

/** The page before the product: one card in the middle. */
export function DoorPage({ title, text, children }: Props) {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center px-4 py-10">
      <div className="w-full max-w-sm">
        <div className="mb-6 flex items-center justify-between">
          <Mark />
          <LocaleSwitch />
        </div>
        <div className="rounded-lg border border-line bg-surface p-6 shadow-card">
          <h1 className="font-semibold text-xl tracking-tight">{title}</h1>
          <div className="mt-1 mb-5 text-muted text-sm">{text}</div>
          {children}
        </div>
      </div>
    </main>
  );
}
