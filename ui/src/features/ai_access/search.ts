// Whose access the page shows, as it stands in the address. Pure.
export interface AccessSearch {
  /** Words of names and emails. */
  q?: string;
  /** Whose access is being changed: other pages lead here with one. */
  user?: string;
}

const text = (value: unknown) =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;

/** An address typed by hand may hold anything; what is not understood is left out. */
export const readAccessSearch = (search: Record<string, unknown>): AccessSearch => ({
  q: text(search.q),
  user: text(search.user),
});
