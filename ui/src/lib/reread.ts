/**
 * When a list that came in so many pages is read again: all of them are, so that the more there are
 * the seldomer it is, and the server is asked no more often than for one. Pure.
 */
export const rereadAfter = (ms: number, pages: number): number => ms * Math.max(1, pages);
