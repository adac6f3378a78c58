import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "@/lib/cn";

const look = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-1.5 whitespace-nowrap rounded-md font-medium transition-colors disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        primary:
          "bg-accent text-on-accent enabled:hover:bg-accent-strong [a&]:hover:bg-accent-strong",
        plain:
          "border border-line bg-surface text-ink shadow-card enabled:hover:bg-hover [a&]:hover:bg-hover",
        ghost: "text-muted enabled:hover:bg-hover enabled:hover:text-ink [a&]:hover:bg-hover",
        danger: "border border-line bg-surface text-danger enabled:hover:bg-danger-soft",
      },
      size: {
        md: "h-8 px-3 text-sm max-md:h-10 max-md:text-base",
        sm: "h-7 px-2 text-xs max-md:h-9",
        icon: "size-8 max-md:size-10",
        tiny: "size-6 rounded max-md:size-8",
      },
    },
    defaultVariants: { tone: "plain", size: "md" },
  },
);

type Props = ComponentProps<"button"> &
  VariantProps<typeof look> & { asChild?: boolean; isBusy?: boolean };

export function Button({
  tone,
  size,
  asChild,
  isBusy,
  className,
  children,
  disabled,
  ...props
}: Props) {
  if (asChild) {
    return (
      <Slot.Root className={cn(look({ tone, size }), className)} {...props}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      className={cn(look({ tone, size }), className)}
      disabled={disabled || isBusy}
      aria-busy={isBusy || undefined}
      {...props}
    >
      {isBusy && <LoaderCircle className="animate-spin" aria-hidden />}
      {children}
    </button>
  );
}
