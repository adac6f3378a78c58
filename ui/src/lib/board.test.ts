import { describe, expect, test } from "vitest";
import type { Board, WorkItem } from "@/api/types";
import { seed } from "@/mocks/seed";
import {
  applyMove,
  findItem,
  itemsMadeBy,
  moveBy,
  moveToColumn,
  putItem,
  removeItem,
} from "./board";

const sample = seed("full");
const story = sample.items.find((item) => item.kind === "story") as WorkItem;
const item = (key: string, column: string, changes: Partial<WorkItem> = {}): WorkItem => ({
  ...story,
  key,
  column,
  ...changes,
});

/** A board from a drawing: "Todo: a b | Done: c". */
function board(drawing: string): Board {
  const columns = drawing.split("|").map((part) => {
    const [name = "", keys = ""] = part.split(":").map((text) => text.trim());
    return {
      name,
      wip_limit: null,
      items: keys
        .split(" ")
        .filter(Boolean)
        .map((key) => item(key, name)),
    };
  });
  const [project] = sample.projects;
  if (!project) throw new Error("the seed has no project");
  return { project, columns, epics: [item("e", "", { kind: "epic" })], cursor: "0" };
}

const draw = ({ columns }: Board) =>
  columns
    .map(({ name, items }) => `${name}: ${items.map((each) => each.key).join(" ")}`)
    .join(" | ");

describe("moves", () => {
  const check = (from: string, key: string, move: Parameters<typeof applyMove>[2], to: string) => {
    const after = applyMove(board(from), key, move);
    expect(draw(after)).toBe(to);
    if (key !== "e") expect(findItem(after, key)?.column).toBe(move.column);
  };

  test("land before, after or at the end", () => {
    check("Todo: a b c | Done: d", "a", { column: "Todo", after: "b" }, "Todo: b a c | Done: d");
    check("Todo: a b c | Done: d", "c", { column: "Todo", before: "a" }, "Todo: c a b | Done: d");
    check("Todo: a b c | Done: d", "b", { column: "Done" }, "Todo: a c | Done: d b");
    check("Todo: a | Done: d", "a", { column: "Done", before: "d" }, "Todo:  | Done: a d");
  });

  test("to a neighbour that has gone end at the end of the column", () => {
    check("Todo: a | Done: d", "a", { column: "Done", before: "zz" }, "Todo:  | Done: d a");
  });

  test("leave epics where they are", () => {
    check("Todo: a | Done: d", "e", { column: "Done" }, "Todo: a | Done: d");
  });

  test("are worded relative to neighbours", () => {
    const it = board("Todo: a b | Done: ");
    expect(moveBy(it, "b", -1)).toEqual({ column: "Todo", before: "a" });
    expect(moveBy(it, "a", 1)).toEqual({ column: "Todo", after: "b" });
    expect(moveBy(it, "a", -1)).toBeNull();
    expect(moveToColumn(it, "a", "Done")).toEqual({ column: "Done" });
    expect(moveToColumn(it, "a", "Todo")).toEqual({ column: "Todo", after: "b" });
  });
});

describe("news", () => {
  test("a new item comes last in its column", () => {
    expect(draw(putItem(board("Todo: a | Done: "), item("b", "Todo")))).toBe("Todo: a b | Done: ");
  });

  test("a change keeps the place", () => {
    const after = putItem(board("Todo: a b"), item("a", "Todo", { title: "new", version: 2 }));
    expect(draw(after)).toBe("Todo: a b");
    expect(findItem(after, "a")?.title).toBe("new");
  });

  test("older news changes nothing", () => {
    const before = putItem(board("Todo: a"), item("a", "Todo", { version: 5 }));
    expect(putItem(before, item("a", "Todo", { version: 4, title: "old" }))).toBe(before);
  });

  test("another column takes the card along", () => {
    expect(draw(putItem(board("Todo: a b | Done: "), item("a", "Done", { version: 2 })))).toBe(
      "Todo: b | Done: a",
    );
  });

  test("epics stand beside the columns", () => {
    const after = putItem(board("Todo: a"), item("f", "Todo", { kind: "epic" }));
    expect(draw(after)).toBe("Todo: a");
    expect(after.epics.map((epic) => epic.key)).toEqual(["e", "f"]);
    expect(removeItem(after, "f").epics.map((epic) => epic.key)).toEqual(["e"]);
  });

  test("a deleted item goes", () => {
    expect(draw(removeItem(board("Todo: a b"), "a"))).toBe("Todo: b");
  });

  test("a batch is known by its execution", () => {
    const origin = { ...story.origin, execution_id: "exe_x" } as WorkItem["origin"];
    const after = putItem(board("Todo: a"), item("n", "Todo", { origin }));
    expect(itemsMadeBy(after, "exe_x").map((each) => each.key)).toEqual(["n"]);
  });
});
