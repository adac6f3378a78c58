import { expect, test } from "vitest";
import { suggestKey } from "./projectKey";

const check = (name: string, expected: string) => expect(suggestKey(name)).toBe(expected);

test("keys are suggested from names", () => {
  check("Clinic booking", "CLINIC");
  check("My new shop", "MNS");
  check("Café", "CAFE");
  check("Internationalisation", "INTERNAT");
  check("2nd try of it", "TRY");
});

test("names without Latin letters leave the key to the server", () => {
  check("عيادة", "");
  check("", "");
});
