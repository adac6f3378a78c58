import { expect, test, vi } from "vitest";
import { Problem } from "@/lib/problem";
import { ask, askPage, place, queryText } from "./ask";

const answers = (body: string, status = 200) =>
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(body, { status })));

test("parts of an address are escaped", () => {
  expect(place("/workflows/{slug}/x", { slug: "a/b c" })).toBe("/workflows/a%2Fb%20c/x");
});

test("lists repeat, nothing is left out", () => {
  expect(queryText({ status: ["a", "b"], q: "x y", no: undefined, none: null, empty: "" })).toBe(
    "?status=a&status=b&q=x+y",
  );
  expect(queryText({})).toBe("");
});

test("answers, empty answers and refusals", async () => {
  answers('{"a": 1}');
  expect(await ask("GET", "/x")).toEqual({ a: 1 });
  answers("");
  expect(await ask("POST", "/x")).toBeNull();
  answers('{"code": "forbidden", "detail": "no"}', 403);
  await expect(ask("GET", "/x")).rejects.toMatchObject({ status: 403, code: "forbidden" });
  answers("<html>", 502);
  await expect(ask("GET", "/x")).rejects.toBeInstanceOf(Problem);
});

test("a broken line is a problem without a status", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("failed")));
  await expect(ask("GET", "/x")).rejects.toMatchObject({ status: 0, code: "offline" });
});

test("the cursor is found under both of its names", async () => {
  answers('{"items": [1], "next": "n"}');
  expect(await askPage("/x")).toEqual({ items: [1], next: "n" });
  answers('{"items": [1], "next_cursor": "m"}');
  expect(await askPage("/x")).toEqual({ items: [1], next: "m" });
});

test("a create that got no answer is the same create when it is sent again", async () => {
  const sent: (string | null)[] = [];
  let answer = () => Promise.reject<Response>(new TypeError("failed"));
  vi.stubGlobal("fetch", (request: Request) => {
    sent.push(request.headers.get("Idempotency-Key"));
    return answer();
  });
  const create = (key: string, body: unknown) =>
    ask("POST", "/x", { body, headers: { "Idempotency-Key": key } });
  await expect(create("first", { a: 1 })).rejects.toMatchObject({ status: 0 });
  answer = () => Promise.resolve(new Response("", { status: 504 }));
  await expect(create("second", { a: 1 })).rejects.toMatchObject({ status: 504 });
  answer = () => Promise.resolve(new Response("{}"));
  await create("other", { a: 2 });
  await create("third", { a: 1 });
  // It was answered: from here on it is wanted once more.
  await create("fourth", { a: 1 });
  expect(sent).toEqual(["first", "first", "other", "first", "fourth"]);
});

test("a create whose answer breaks off is the same create when it is sent again", async () => {
  const sent: (string | null)[] = [];
  const broken = Object.assign(new Response("{}", { status: 201 }), {
    text: () => Promise.reject(new TypeError("terminated")),
  });
  const rest = [broken, new Response("{}", { status: 201 })];
  vi.stubGlobal("fetch", (request: Request) => {
    sent.push(request.headers.get("Idempotency-Key"));
    return Promise.resolve(rest.shift());
  });
  const create = (key: string) =>
    ask("POST", "/cut", { body: { a: 1 }, headers: { "Idempotency-Key": key } });
  await expect(create("first")).rejects.toMatchObject({ status: 0, code: "offline" });
  await create("second");
  expect(sent).toEqual(["first", "first"]);
});
