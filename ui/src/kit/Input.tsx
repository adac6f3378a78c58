import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cn("field h-8 text-sm max-md:h-10", className)} {...props} />;
}
