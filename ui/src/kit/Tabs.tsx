import { createLink } from "@tanstack/react-router";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** The row of places inside a page. Each is an address, so back and sharing work. */
export function Tabs({ label, className, ...props }: ComponentProps<"nav"> & { label: string }) {
  return (
    <nav
      aria-label={label}
      className={cn(
        "-mx-1 flex gap-1 overflow-x-auto border-line border-b px-1 text-sm",
        className,
      )}
      {...props}
    />
  );
}

function Place({ isCurrent, ...props }: ComponentProps<"a"> & { isCurrent: boolean }) {
  return (
    <a
      {...props}
      aria-current={isCurrent ? "page" : undefined}
      className={cn(
        "-mb-px flex h-9 shrink-0 items-center gap-1.5 border-b-2 px-3 max-md:h-11",
        isCurrent
          ? "border-accent font-medium text-ink"
          : "border-transparent text-muted hover:text-ink",
      )}
    />
  );
}

/** A link that the router knows; whether it is the current place is the page's to say. */
export const Tab = createLink(Place);
