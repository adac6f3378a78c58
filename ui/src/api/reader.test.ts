import { expect, test, vi } from "vitest";
import { createReader } from "./reader";

test("a reading ends however fast news come, and the last news are read", async () => {
  vi.useFakeTimers();
  try {
    let begun = 0;
    let ended = 0;
    const reader = createReader(async () => {
      begun += 1;
      await new Promise((done) => setTimeout(done, 1_000));
      ended += 1;
    }, 350);
    for (let count = 0; count < 40; count += 1) {
      reader.tell();
      await vi.advanceTimersByTimeAsync(100);
      expect(begun - ended).toBeLessThanOrEqual(1);
    }
    // Four seconds of news, and 1.35 s for each reading.
    expect(ended).toBe(2);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([begun, ended]).toEqual([4, 4]);
  } finally {
    vi.useRealTimers();
  }
});

test("a reading that never ends is not waited for, and nothing is read after the end", async () => {
  vi.useFakeTimers();
  try {
    let begun = 0;
    const reader = createReader(() => {
      begun += 1;
      return new Promise(() => {});
    }, 350);
    reader.tell();
    await vi.advanceTimersByTimeAsync(1_000);
    reader.tell();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(begun).toBe(2);
    reader.tell();
    reader.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun).toBe(2);
  } finally {
    vi.useRealTimers();
  }
});
