import { ChevronRight } from "lucide-react";
import type { ReactNode } from "react";

interface Props {
  title: string;
  isOpen?: boolean;
  children: ReactNode;
}

/** What most people never need, one key away. */
export function Fold({ title, isOpen, children }: Props) {
  return (
    <details open={isOpen} className="group rounded-md border border-line">
      <summary className="flex cursor-pointer list-none items-center gap-2 rounded-md px-3 py-2 font-medium text-sm hover:bg-hover [&::-webkit-details-marker]:hidden">
        <ChevronRight
          aria-hidden
          className="size-4 text-muted transition-transform group-open:rotate-90 rtl:-scale-x-100"
        />
        {title}
      </summary>
      <div className="flex flex-col gap-4 border-line border-t p-3">{children}</div>
    </details>
  );
}
