// Before every test: English, no network, and an empty document afterwards.
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach, vi } from "vitest";
import { startI18n } from "@/lib/i18n";

await startI18n("en");
// A busy machine is slow, not wrong: waiting ends as soon as what is waited for is there.
configure({ asyncUtilTimeout: 20_000 });

beforeEach(() => {
  vi.stubGlobal("fetch", () => Promise.reject(new Error("a test must bring its own backend")));
});

afterEach(() => {
  cleanup();
  vi.unstubAllGlobals();
});
