import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** Typed text has its own direction, but the placeholder that of the page. */
export function Textarea({ className, value, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      dir={value === "" ? undefined : "auto"}
      value={value}
      className={cn("field field-sizing-content min-h-16 resize-y py-1.5 text-sm", className)}
      {...props}
    />
  );
}
