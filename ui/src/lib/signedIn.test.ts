import { waitFor } from "@testing-library/react";
import { expect, test } from "vitest";
import { renderApp } from "@/mocks/renderApp";
import { watchSignedIn } from "./signedIn";

const name = "hishamos.signedIn";

test("who leaves or enters in another tab does so in this one", () => {
  const heard: string[] = [];
  watchSignedIn({ onLeft: () => heard.push("left"), onEntered: () => heard.push("entered") });
  const tell = (key: string | null, newValue: string | null) =>
    globalThis.dispatchEvent(new StorageEvent("storage", { key, newValue }));
  tell("other", "x");
  tell("other", null);
  expect(heard).toEqual([]);
  tell(name, null);
  tell(name, "usr_2");
  tell(null, null);
  expect(heard).toEqual(["left", "entered", "left"]);
});

test("one person is told from another", async () => {
  const { mock } = renderApp("/projects");
  await waitFor(() => expect(localStorage.getItem(name)).toBe(mock.db.session.user.id));
});
