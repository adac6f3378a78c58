import { cn } from "@/lib/cn";

/** HISH-12: keeps its own direction inside right-to-left text. */
export function Key({ children, className }: { children: string; className?: string }) {
  return (
    <bdi className={cn("whitespace-nowrap font-medium text-muted text-xs tabular-nums", className)}>
      {children}
    </bdi>
  );
}
