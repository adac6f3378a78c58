// Lists that are looked at as a whole, read page by page.
interface PageOf<T> {
  items: T[];
  next: string | null;
}

/** A list that goes on for ever must not keep the page waiting for ever. */
const mostPages = 25;

export async function everyPage<T>(
  read: (cursor: string | undefined) => Promise<PageOf<T>>,
): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null | undefined;
  for (let count = 0; count < mostPages && cursor !== null; count += 1) {
    const page: PageOf<T> = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}
