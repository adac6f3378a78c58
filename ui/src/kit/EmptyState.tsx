import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  icon: LucideIcon;
  title: string;
  text: ReactNode;
  children?: ReactNode;
}

export function EmptyState({ icon: Icon, title, text, children }: Props) {
  return (
    <div className="mx-auto flex max-w-md flex-col items-center px-4 py-14 text-center">
      <span className="flex size-10 items-center justify-center rounded-lg border border-line bg-surface text-muted shadow-card">
        <Icon className="size-5" aria-hidden />
      </span>
      <h2 className="mt-4 font-semibold text-lg">{title}</h2>
      <p className="mt-1 text-balance text-muted text-sm">{text}</p>
      {children && <div className="mt-4 flex flex-wrap justify-center gap-2">{children}</div>}
    </div>
  );
}
