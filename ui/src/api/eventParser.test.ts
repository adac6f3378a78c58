import { describe, expect, test } from "vitest";
import { createEventParser, type EventMessage } from "./eventParser";

function parse(chunks: string[]): EventMessage[] {
  const parser = createEventParser();
  return chunks.flatMap((chunk) => parser.feed(chunk));
}

/** The same text must mean the same thing however the network cuts it: whole, and at every place. */
function check(text: string, expected: EventMessage[]) {
  expect(parse([text])).toEqual(expected);
  for (let at = 1; at < text.length; at += 1) {
    expect(parse([text.slice(0, at), text.slice(at)]), `cut at ${at}`).toEqual(expected);
  }
  expect(parse([...text]), "one character at a time").toEqual(expected);
}

describe("event parser", () => {
  test("reads id, event and data", () => {
    check("id: 7\nevent: delta\ndata: {}\n\n", [{ id: "7", event: "delta", data: "{}" }]);
  });

  test("accepts LF, CRLF and CR line ends", () => {
    const expected = [{ id: "1", event: "a", data: "x" }];
    check("id: 1\nevent: a\ndata: x\n\n", expected);
    check("id: 1\r\nevent: a\r\ndata: x\r\n\r\n", expected);
    // A last CR may be half of a CRLF, so only what follows it sets the event free.
    check("id: 1\revent: a\rdata: x\r\r:", expected);
  });

  test("joins data lines and takes away one space only", () => {
    check("data: a\ndata:  b\ndata\n\n", [{ id: null, event: "message", data: "a\n b\n" }]);
  });

  test("keeps the last id for events that bring none", () => {
    check("id: 4\ndata: a\n\ndata: b\n\n", [
      { id: "4", event: "message", data: "a" },
      { id: "4", event: "message", data: "b" },
    ]);
  });

  test("ignores comments, unknown fields and events without data", () => {
    check(": heartbeat\n\nevent: nothing\n\nfoo: bar\ndata: x\n\n", [
      { id: null, event: "message", data: "x" },
    ]);
  });

  test("keeps text outside ASCII and colons in data", () => {
    check("data: مرحبا: 😀\n\n", [{ id: null, event: "message", data: "مرحبا: 😀" }]);
  });

  test("an event that is not finished is not given out", () => {
    check("data: x\n", []);
  });

  test("skips a byte order mark", () => {
    check("\uFEFFdata: x\n\n", [{ id: null, event: "message", data: "x" }]);
  });

  test("remembers how long the server asks to wait", () => {
    const parser = createEventParser();
    parser.feed("retry: 2500\nretry: soon\n\n");
    expect(parser.retryMs).toBe(2500);
  });

  test("bytes cut inside a character come out whole", async () => {
    const bytes = new TextEncoder().encode("id: 1\ndata: وقت\n\n");
    for (let at = 1; at < bytes.length; at += 1) {
      const decoder = new TextDecoder();
      const parts = [bytes.slice(0, at), bytes.slice(at)];
      const text = parts.map((part) => decoder.decode(part, { stream: true }));
      expect(parse(text)).toEqual([{ id: "1", event: "message", data: "وقت" }]);
    }
  });
});
