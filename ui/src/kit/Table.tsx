import type { ComponentProps, ReactNode } from "react";
import { cn } from "@/lib/cn";
import { ScrollPane } from "./ScrollPane";

interface Props {
  /** What the table shows; its name for people who cannot see it. */
  label: string;
  heading: ReactNode;
  children: ReactNode;
  className?: string;
}

/** A table that scrolls by itself where the screen is too narrow for it. */
export function Table({ label, heading, children, className }: Props) {
  return (
    <ScrollPane
      label={label}
      className={cn("rounded-lg border border-line bg-surface shadow-card", className)}
    >
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">{label}</caption>
        <thead>
          <tr className="border-line border-b text-muted text-xs">{heading}</tr>
        </thead>
        <tbody className="divide-y divide-line">{children}</tbody>
      </table>
    </ScrollPane>
  );
}

interface CellProps {
  isNumber?: boolean;
}

/** The heading of a column. Numbers stand at the end, where their digits line up. */
export function Heading({ isNumber, className, ...props }: ComponentProps<"th"> & CellProps) {
  return (
    <th
      scope="col"
      className={cn(
        "whitespace-nowrap px-3 py-2 font-medium first:ps-4 last:pe-4",
        isNumber ? "text-end" : "text-start",
        className,
      )}
      {...props}
    />
  );
}

export function Cell({ isNumber, className, ...props }: ComponentProps<"td"> & CellProps) {
  return (
    <td
      className={cn(
        "px-3 py-2 first:ps-4 last:pe-4",
        isNumber && "whitespace-nowrap text-end tabular-nums",
        className,
      )}
      {...props}
    />
  );
}

/** The cell that a row is about. */
export function RowName({ className, ...props }: ComponentProps<"th">) {
  return (
    <th
      scope="row"
      className={cn("px-3 py-2 text-start font-medium first:ps-4 last:pe-4", className)}
      {...props}
    />
  );
}
