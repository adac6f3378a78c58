// The shape of this folder, kept: features do not know each other, the kit does not know the app,
// the test double stays out of the product, layout has no left or right.
import { expect, test } from "vitest";

const sources = import.meta.glob<string>("./**/*.{ts,tsx}", {
  eager: true,
  query: "?raw",
  import: "default",
});
const files = Object.entries(sources).filter(([path]) => !path.endsWith("schema.ts"));
const product = files.filter(([path]) => !/\.test\.|\/mocks\//.test(path));

const imports = (text: string) =>
  [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((found) => found[1] ?? "");

const offenders = (isWrong: (path: string, wanted: string) => boolean) =>
  product.flatMap(([path, text]) =>
    imports(text)
      .filter((wanted) => isWrong(path, wanted))
      .map((wanted) => `${path} imports ${wanted}`),
  );

const feature = (path: string) => /features\/(\w+)\//.exec(path)?.[1];

test("features never import each other", () => {
  expect(files.length).toBeGreaterThan(100);
  expect(
    offenders((path, wanted) => {
      const own = feature(path);
      if (!own) return false;
      const other = feature(`${wanted}/`);
      return (
        (other !== undefined && other !== own) ||
        wanted.startsWith("..") ||
        wanted.startsWith("@/app")
      );
    }),
  ).toEqual([]);
});

test("the kit knows nothing of the app", () => {
  expect(
    offenders(
      (path, wanted) => path.startsWith("./kit/") && /^@\/(api|app|features|mocks)/.test(wanted),
    ),
  ).toEqual([]);
});

test("the product never imports the test double", () => {
  expect(offenders((_, wanted) => wanted.includes("mocks"))).toEqual([]);
});

test("files stay under 300 lines", () => {
  expect(files.filter(([, text]) => text.split("\n").length > 300).map(([path]) => path)).toEqual(
    [],
  );
});

test("layout has a start and an end, not a left and a right", () => {
  const physical =
    /["'`\s:](?:-?[mp][lr]-|(?:left|right)-\d|text-(?:left|right)\b|border-[lr]\b|rounded-[lr]-)/;
  expect(product.filter(([, text]) => physical.test(text)).map(([path]) => path)).toEqual([]);
});

test("files that only pass names on do not exist", () => {
  expect(product.filter(([path]) => /\/index\.tsx?$/.test(path)).map(([path]) => path)).toEqual([]);
});
