import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

/** Something that scrolls: named, and reachable by keyboard, because keys must be able to scroll it. */
export function ScrollPane({
  className,
  label,
  ...props
}: ComponentProps<"div"> & { label: string }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for form controls
    <div
      role="group"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls
      tabIndex={0}
      className={cn(
        "relative overflow-auto rounded-md print:max-h-none print:overflow-visible",
        className,
      )}
      {...props}
    />
  );
}
