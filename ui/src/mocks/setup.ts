// Before every test: English, no network, and an empty document afterwards.
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { startI18n } from "@/lib/i18n";

await startI18n("en");

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("a test must bring its own backend")));
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
