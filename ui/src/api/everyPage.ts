// Lists that are looked at as a whole, read page by page.
interface PageOf<T> {
  items: T[];
  next: string | null;
}

type Read<T> = (cursor: string | undefined) => Promise<PageOf<T>>;

/** A list that goes on for ever must not keep the page waiting for ever. */
const mostPages = 25;

/** The first items of a list, and whether there are others. A page may be short, or even empty,
 * although another one follows: only the server knows which was the last. */
export async function firstItems<T>(
  read: Read<T>,
  most: number,
): Promise<{ items: T[]; hasMore: boolean }> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  for (let count = 0; count < mostPages && cursor !== null && items.length < most; count += 1) {
    const page: PageOf<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  }
  return {
    items: items.slice(0, most),
    hasMore: cursor !== null || items.length > most,
  };
}

export const everyPage = async <T>(read: Read<T>): Promise<T[]> =>
  (await firstItems(read, Number.POSITIVE_INFINITY)).items;
