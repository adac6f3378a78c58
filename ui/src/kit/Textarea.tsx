import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return (
    <textarea
      dir="auto"
      className={cn("field field-sizing-content min-h-16 resize-y py-1.5 text-sm", className)}
      {...props}
    />
  );
}
