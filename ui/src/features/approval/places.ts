import type { ApprovalFilter } from "@/api/approvals";

export type Show = "mine" | "open" | "decided";

/** What the server is asked for at each place of the inbox. */
export const places: Record<Show, ApprovalFilter> = {
  mine: { status: "pending", mine: true },
  open: { status: "pending" },
  decided: { status: "decided" },
};

export function readShow(search: Record<string, unknown>): { show?: Show } {
  const shows: Show[] = ["mine", "open", "decided"];
  return { show: shows.find((show) => show === search.show) };
}
