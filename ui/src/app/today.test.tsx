// What is used today and how much money is left, as an administrator meets it, on the test double.
import { fireEvent, screen, within } from "@testing-library/react";
import { expect, test } from "vitest";
import { problem } from "@/mocks/answer";
import { renderApp } from "@/mocks/renderApp";

const rowOf = async (table: string, name: string) => {
  const cell = await within(await screen.findByRole("table", { name: table })).findByText(name);
  return within(cell.closest("tr") as HTMLElement);
};

test("the organisation's money stands as bars, with what happens at their end", async () => {
  renderApp("/admin/today");
  for (const [name, text] of [
    ["Today", "$79.64 of $90.00, 88%"],
    ["This week", "$402.13 of $1,000.00, 40%"],
    ["This month", "$1,204.33 of $5,000.00, 24%"],
  ] as const) {
    const bar = await screen.findByRole("progressbar", { name });
    expect(bar.getAttribute("aria-valuetext")).toBe(text);
  }
  // 88 % is past the first mark.
  expect(screen.getAllByText("Nearly used up:")).toHaveLength(1);
  expect(screen.getAllByText("then calls are refused")).toHaveLength(3);
  expect(await screen.findByText("6,000 requests/min")).toBeTruthy();
});

test("limits that could not be read are said to be so, and read again", async () => {
  const { mock } = renderApp("/admin/today");
  const handle = mock.handle;
  let isBroken = true;
  mock.handle = (request) =>
    isBroken && request.url.includes("/rate-limits")
      ? Promise.resolve(problem(500, "internal", "the database is away"))
      : handle(request);
  expect(await screen.findByText("the database is away")).toBeTruthy();
  isBroken = false;
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByText("6,000 requests/min")).toBeTruthy();
});

test("platforms stand with their tokens, cost and share of the daily budget", async () => {
  renderApp("/admin/today");
  const openai = await rowOf("By platform", "openai");
  expect(openai.getByText("$41.24")).toBeTruthy();
  expect(await openai.findByText("$41.24 of $100.00")).toBeTruthy();
  const anthropic = await rowOf("By platform", "anthropic");
  expect(anthropic.getByText("$40.00 of $40.00")).toBeTruthy();
  expect(anthropic.getByText("Used up")).toBeTruthy();
  expect((await rowOf("By platform", "office-ollama")).getByText("No budget")).toBeTruthy();
});

test("people stand with how near they are to their cap, and lead to their access", async () => {
  renderApp("/admin/today");
  const amal = await rowOf("By person", "Amal Naguib");
  expect(amal.getByText("Near the cap")).toBeTruthy();
  expect(amal.getByText("$18.24 of $20.00")).toBeTruthy();
  expect((await rowOf("By person", "Hisham Sait (you)")).getByText("No budget")).toBeTruthy();
  fireEvent.click(amal.getByRole("link", { name: "AI access of Amal Naguib" }));
  expect(await screen.findByRole("dialog", { name: "AI access of Amal Naguib" })).toBeTruthy();
});

test("alerts are those of the budgets, by name", async () => {
  renderApp("/admin/today");
  expect(await screen.findByText("Alerted at 100%")).toBeTruthy();
  expect(screen.getAllByText("Alerted at 80%")).toHaveLength(2);
  expect(await screen.findByText("Clinic booking (CLINIC)")).toBeTruthy();
});

test("without budgets it says so, and what was spent", async () => {
  const { mock } = renderApp("/admin/today");
  mock.db.budgets = [];
  expect(await screen.findByText("No budget has raised an alert.")).toBeTruthy();
  expect((await screen.findAllByText(/^\$[\d.,]+ · No budget$/)).length).toBe(3);
});

test("a day without calls is a day without lines", async () => {
  renderApp("/admin/today", "empty");
  expect(await screen.findAllByText("Nothing was used today.")).toHaveLength(2);
});

test("it is the first of the pages about money, and not for everybody", async () => {
  const { unmount } = renderApp("/projects");
  const link = await screen.findByRole("link", { name: "Usage and cost" });
  expect(link.getAttribute("href")).toBe("/admin/today");
  unmount();
  renderApp("/admin/today", "viewer");
  expect(await screen.findAllByText("You may not see this")).toHaveLength(1);
});
