import { expect, test } from "vitest";
import { fields, moment, readPrices } from "./csv";

test("tables are read", () => {
  const table = readPrices(
    '\uFEFFPlatform,model,valid_from,input_micros,output_micros\r\nacme,"large, new",2026-01-31,3000000,15000000\n\nacme,,2026-02-01T12:00:00Z,1,2\n',
  );
  expect(table.fault).toBeNull();
  expect(table.rows.map((row) => [row.line, row.price?.model, row.price?.valid_from])).toEqual([
    [2, "large, new", "2026-01-31T00:00:00Z"],
    [4, null, "2026-02-01T12:00:00Z"],
  ]);
  expect(table.rows[1]?.price).toMatchObject({ output_micros: 2, cached_input_micros: null });
});

test("a table that cannot be read says why", () => {
  const check = (text: string, fault: string, detail: string) =>
    expect(readPrices(text), text).toEqual({ rows: [], fault, detail });
  check("", "empty", "");
  check("name\nx", "columns", "name");
  check("platform\nx", "columns", "valid_from");
  check("platform,valid_from\n", "empty", "");
  check(`platform,valid_from\n${"a,2026-01-01\n".repeat(5_001)}`, "tooMany", "5001");
});

test("what is wrong in a line is named by its column", () => {
  const check = (heading: string, line: string, fault: string, at: string) =>
    expect(readPrices(`platform,valid_from,${heading}\n${line}`).rows[0], line).toMatchObject({
      price: null,
      fault,
      at,
      line: 2,
    });
  check("input_micros", ",2026-01-31,1", "platform", "platform");
  check("input_micros", "acme,soon,1", "date", "valid_from");
  check("input_micros", "acme,2026-02-30T9,1", "date", "valid_from");
  check("input_micros", "acme,2026-01-31,1.5", "amount", "input_micros");
  check("input_micros", "acme,2026-01-31,-1", "amount", "input_micros");
  check("is_free", "acme,2026-01-31,maybe", "isFree", "is_free");
  check("is_free", "acme,2026-01-31,", "noAmount", "input_micros");
  check("is_free,input_micros", "acme,2026-01-31,yes,4", "freeAmount", "is_free");
});

test("fields may be quoted", () => {
  const check = (line: string, expected: string[]) => expect(fields(line)).toEqual(expected);
  check("a,b", ["a", "b"]);
  check(' a , "b,""c""" ,', ["a", 'b,"c"', ""]);
  check("", [""]);
});

test("moments are days or moments", () => {
  expect(moment("2026-01-31")).toBe("2026-01-31T00:00:00Z");
  expect(moment("2026-01-31T10:00:00+02:00")).toBe("2026-01-31T10:00:00+02:00");
  expect(moment("31.1.2026")).toBeNull();
  expect(moment("2026-13-01")).toBeNull();
});
