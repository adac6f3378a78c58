import type { ReactNode } from "react";
import { cn } from "@/lib/cn";

interface Props {
  title?: ReactNode;
  text?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
  className?: string;
}

/** A titled block on a page. */
export function Panel({ title, text, actions, children, className }: Props) {
  return (
    <section className={cn("rounded-lg border border-line bg-surface shadow-card", className)}>
      {title && (
        <div className="flex flex-wrap items-start justify-between gap-3 px-4 pt-4">
          <div className="min-w-0">
            <h2 className="font-semibold">{title}</h2>
            {text && <p className="mt-0.5 text-muted text-sm">{text}</p>}
          </div>
          {actions}
        </div>
      )}
      <div className="p-4">{children}</div>
    </section>
  );
}
