import { expect, test } from "vitest";
import { forgetFragmentToken, hasFragmentToken, takeFragmentToken, tokenIn } from "./fragmentToken";

test("a token is found in a fragment", () => {
  expect(tokenIn("#token=abc")).toBe("abc");
  expect(tokenIn("#a=1&token=x%2Fy")).toBe("x/y");
  expect(tokenIn("#content")).toBeNull();
  expect(tokenIn("")).toBeNull();
});

test("taking it clears the address bar", () => {
  history.replaceState(null, "", "/setup?x=1#token=abc");
  takeFragmentToken();
  expect(hasFragmentToken()).toBe(true);
  expect(location.hash).toBe("");
  expect(location.search).toBe("?x=1");
  forgetFragmentToken();
  expect(hasFragmentToken()).toBe(false);
});
