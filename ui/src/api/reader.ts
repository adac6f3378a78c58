// Reading again when there is news: at most so often, and never two readings at once.

/** A reading that takes longer is not waited for: its line may be dead. */
const longestMs = 10_000;

export interface Reader {
  /** Something changed: it is read soon, and once more if that was heard during a reading. */
  tell(): void;
  /** Nothing is read that has not begun. */
  stop(): void;
}

/**
 * Reads `waitMs` after the first news. A reading that runs is left to end, because where news come
 * faster than answers, one that is begun anew each time would never end.
 */
export function createReader(read: () => Promise<unknown>, waitMs: number): Reader {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isReading = false;
  let hasNews = false;

  function plan() {
    timer = setTimeout(async () => {
      timer = undefined;
      hasNews = false;
      isReading = true;
      await Promise.race([read(), new Promise((done) => setTimeout(done, longestMs))]);
      isReading = false;
      if (hasNews) plan();
    }, waitMs);
  }

  return {
    tell() {
      hasNews = true;
      if (timer === undefined && !isReading) plan();
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
      hasNews = false;
    },
  };
}
