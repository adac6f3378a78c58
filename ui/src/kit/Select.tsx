import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** The platform's own list: best on phones, keyboards and screen readers. */
export function Select({ className, children, ...props }: ComponentProps<"select">) {
  return (
    <span className="relative block">
      <select
        className={cn("field h-8 appearance-none pe-8 text-sm max-md:h-10", className)}
        {...props}
      >
        {children}
      </select>
      <ChevronDown
        className="pointer-events-none absolute inset-y-0 end-2 my-auto size-4 text-muted"
        aria-hidden
      />
    </span>
  );
}
