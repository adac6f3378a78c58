import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** With `dir="auto"` typed text has its own direction, but the placeholder that of the page. */
export function Input({ className, dir, value, ...props }: ComponentProps<"input">) {
  return (
    <input
      dir={dir === "auto" && value === "" ? undefined : dir}
      value={value}
      className={cn("field h-8 text-sm max-md:h-10", className)}
      {...props}
    />
  );
}
