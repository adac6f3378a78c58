// The pages about money as an administrator meets them, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import i18next from "i18next";
import { describe, expect, test, vi } from "vitest";
import { renderApp } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

describe("usage", () => {
  test("is shown by day, and by whom or what, as the address says", async () => {
    renderApp("/admin/usage?range=7d");
    const days = await screen.findByRole("table", { name: "Each day", hidden: true });
    expect(within(days).getAllByRole("row", { hidden: true })).toHaveLength(8);
    fireEvent.click(screen.getByRole("radio", { name: "Person" }));
    const people = await screen.findByRole("table", { name: "By person" });
    expect(await within(people).findByText("Hisham Sait (you)")).toBeTruthy();
    expect(await within(people).findByText("Amal Naguib")).toBeTruthy();
    expect(location.search).toContain("group=user");
    fireEvent.click(screen.getByRole("radio", { name: "Agent" }));
    expect(await screen.findByText("Without an agent")).toBeTruthy();
  });

  test("of projects stands with their names", async () => {
    renderApp("/admin/usage?group=project");
    const table = within(await screen.findByRole("table", { name: "By project" }));
    expect(await table.findByText("Clinic booking (CLINIC)")).toBeTruthy();
    const names = table.getAllByRole("rowheader").map((each) => each.textContent);
    expect(names.map((each) => /\((\w+)\)/.exec(each ?? "")?.[1])).toEqual(["CLINIC", "SHOP"]);
    expect(table.getByText("$52.10")).toBeTruthy();
  });

  test("that there is none of leads to where it comes from", async () => {
    renderApp("/admin/usage", "empty");
    expect(await screen.findByText("Nothing was used in this time")).toBeTruthy();
    const ways = within(screen.getByRole("main")).getAllByRole("link");
    expect(ways.map((each) => each.textContent)).toEqual(
      expect.arrayContaining(["AI platforms", "Projects"]),
    );
  });

  test("two quick choices are two changes", async () => {
    renderApp("/admin/usage");
    const person = await screen.findByRole("radio", { name: "Person" });
    fireEvent.click(screen.getByRole("radio", { name: "Tokens" }));
    fireEvent.click(person);
    await waitFor(() => expect(location.search).toContain("group=user"));
    expect(location.search).toContain("measure=tokens");
  });

  test("says which calls have no price", async () => {
    renderApp("/admin/usage?group=model");
    expect((await screen.findAllByText("43 without a price")).length).toBeGreaterThan(0);
  });

  test("between two days", async () => {
    renderApp("/admin/usage?from=2026-03-01&to=2026-03-03");
    const days = await screen.findByRole("table", { name: "Each day", hidden: true });
    expect(within(days).getByText("Mar 3, 2026")).toBeTruthy();
    expect(within(days).getAllByRole("row", { hidden: true })).toHaveLength(4);
  });

  test("is taken home as a table", async () => {
    const links: string[] = [];
    vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (
      this: HTMLAnchorElement,
    ) {
      links.push(this.download);
    });
    renderApp("/admin/usage");
    fireEvent.click(await screen.findByRole("button", { name: "Download CSV" }));
    await waitFor(() => expect(links).toEqual(["usage-by-platform.csv"]));
  });
});

describe("the ledger", () => {
  test("shows every call, and more on demand", async () => {
    renderApp("/admin/model-calls");
    const table = await screen.findByRole("table", { name: "Ledger" });
    expect(within(table).getAllByRole("row")).toHaveLength(51);
    expect((await within(table).findAllByText("Order assistant")).length).toBeGreaterThan(3);
    expect(within(table).getByText("Not known")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    await waitFor(() => expect(within(table).getAllByRole("row")).toHaveLength(65));
  });

  test("is filtered by what the address says, and an empty answer offers all again", async () => {
    renderApp("/admin/model-calls?key=vky_shop&status=error");
    const table = await screen.findByRole("table", { name: "Ledger" });
    await waitFor(() => expect(within(table).getAllByRole("row")).toHaveLength(3));
    const outcome = screen.getByLabelText("Filter by outcome") as HTMLSelectElement;
    expect(outcome.value).toBe("error");
    type(outcome, "interrupted");
    expect(await screen.findByText("No call matches")).toBeTruthy();
    expect(location.search).toContain("status=interrupted");
    fireEvent.click(screen.getByRole("link", { name: "Show all" }));
    await waitFor(() => expect(location.search).toBe(""));
    expect(await screen.findByRole("table", { name: "Ledger" })).toBeTruthy();
  });

  test("names people, and finds their calls", async () => {
    renderApp("/admin/model-calls");
    const person = await screen.findByLabelText("Filter by person");
    await within(person).findByText("Amal Naguib");
    type(person, "usr_01k7");
    const table = await screen.findByRole("table", { name: "Ledger" });
    await waitFor(() => expect(within(table).getAllByRole("row")).toHaveLength(14));
    expect(within(table).getAllByText("Amal Naguib")).toHaveLength(13);
    expect(within(table).queryByText("Hisham Sait (you)")).toBeNull();
  });

  test("of one execution, once its id is entered", async () => {
    renderApp("/admin/model-calls");
    const id = await screen.findByLabelText("Id of an execution");
    type(id, "exe_nothing");
    expect(location.search).toBe("");
    fireEvent.submit(id);
    expect(await screen.findByText("No call matches")).toBeTruthy();
    expect(location.search).toContain("execution=exe_nothing");
  });
});

describe("budgets", () => {
  test("show how far they are used up, and what is set aside", async () => {
    renderApp("/admin/budgets");
    const bars = await screen.findAllByRole("progressbar", { name: "Spent" });
    expect(bars.map((bar) => bar.getAttribute("aria-valuetext"))).toEqual([
      "$40.00 of $40.00, 100%",
      "$18.24 of $20.00, 91%",
      "$223.60 of $250.00, 89%",
      "$79.64 of $90.00, 88%",
      "$402.13 of $1,000.00, 40%",
      "$1,204.33 of $5,000.00, 24%",
      "$0.00 of $20.00, 0%",
    ]);
    expect(screen.getAllByText("Alerted at 80%")).toHaveLength(2);
    expect(screen.getByText("then openai/gpt-4.1-mini takes over")).toBeTruthy();
    expect(await screen.findByText("Clinic booking (CLINIC)")).toBeTruthy();
  });

  test("are made for something, with what happens at the end", async () => {
    const { mock } = renderApp("/admin/budgets");
    fireEvent.click(await screen.findByRole("button", { name: "New budget" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("For"), "project");
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    expect(await within(dialog).findAllByText("This is needed.")).toHaveLength(2);
    await within(dialog).findByText("مخبز الحي (SHOP)");
    type(within(dialog).getByLabelText("Which one"), "SHOP");
    type(within(dialog).getByLabelText("Cap"), "12.50");
    fireEvent.click(within(dialog).getByRole("radio", { name: "Every week" }));
    fireEvent.click(within(dialog).getByRole("radio", { name: "Use a cheaper model" }));
    type(within(dialog).getByLabelText("Cheaper model"), "openai/gpt-4.1-mini");
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(mock.db.budgets.at(-1)).toMatchObject({
      scope: "project",
      scope_id: "SHOP",
      period: "week",
      cap_micros: 12_500_000,
      on_exceeded: "fallback:openai/gpt-4.1-mini",
    });
  });

  test("of a key begin on the page of keys", async () => {
    renderApp("/admin/virtual-keys");
    fireEvent.click(await screen.findByRole("link", { name: "New budget for Order assistant" }));
    const dialog = await screen.findByRole("dialog");
    expect((within(dialog).getByLabelText("For") as HTMLSelectElement).value).toBe("key");
    expect((within(dialog).getByLabelText("Which one") as HTMLSelectElement).value).toBe(
      "vky_shop",
    );
    fireEvent.click(within(dialog).getByRole("button", { name: "Cancel" }));
    await waitFor(() => expect(location.search).toBe(""));
  });

  test("that there are already are refused in the server's words", async () => {
    renderApp("/admin/budgets");
    fireEvent.click(await screen.findByRole("button", { name: "New budget" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Cap"), "1");
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    expect(await within(dialog).findByText(/has a budget for this period/)).toBeTruthy();
  });

  test("for what is not there are refused at the field, in the reader's language", async () => {
    const { mock } = renderApp("/admin/budgets");
    mock.db.session.user.locale = "de";
    try {
      await waitFor(() => expect(i18next.language).toBe("de"));
      fireEvent.click(await screen.findByRole("button", { name: i18next.t("budget.new") }));
      const dialog = await screen.findByRole("dialog");
      type(within(dialog).getByLabelText(i18next.t("budget.scope")), "item");
      const which = within(dialog).getByLabelText(i18next.t("budget.which"));
      type(which, "CLINIC-999");
      type(within(dialog).getByLabelText(i18next.t("budget.cap")), "1");
      fireEvent.click(within(dialog).getByRole("button", { name: i18next.t("action.save") }));
      await waitFor(() => expect(which.getAttribute("aria-invalid")).toBe("true"));
      const note = document.getElementById(which.getAttribute("aria-describedby") ?? "");
      expect(note?.textContent).toContain(i18next.t("problem.unknown_reference"));
      const said = within(note as HTMLElement).getByText(/there is no item "CLINIC-999"/);
      expect(said.getAttribute("lang")).toBe("en");
    } finally {
      await i18next.changeLanguage("en");
    }
  });

  test("are changed and switched off", async () => {
    const { mock } = renderApp("/admin/budgets");
    const [, , month] = await screen.findAllByRole("button", {
      name: "Edit the budget of Nile Software",
    });
    fireEvent.click(month as HTMLElement);
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Cap"), "6000");
    fireEvent.click(within(dialog).getByRole("switch", { name: "The budget counts" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() =>
      expect(mock.db.budgets[0]).toMatchObject({ cap_micros: 6_000_000_000, is_active: false }),
    );
  });
});

test("a limit needs at least one number", async () => {
  const { mock } = renderApp("/admin/rate-limits");
  fireEvent.click(await screen.findByRole("button", { name: "New limit" }));
  const dialog = await screen.findByRole("dialog");
  fireEvent.click(within(dialog).getByRole("radio", { name: "Person" }));
  await within(dialog).findByText("Hisham Sait (you)");
  type(within(dialog).getByLabelText("Which one"), "usr_01k1");
  fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("Give at least one number.")).toBeTruthy();
  type(within(dialog).getByLabelText("Requests a minute"), "30");
  fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(await screen.findByText("Hisham Sait (you)")).toBeTruthy();
  expect(await screen.findByText("Amal Naguib")).toBeTruthy();
  expect(mock.db.rateLimits.at(-1)).toMatchObject({
    scope: "user",
    scope_id: "usr_01k1",
    requests_per_minute: 30,
    tokens_per_minute: null,
    requests_per_day: null,
    tokens_per_day: null,
  });
  // the organisation may have a limit a day too
  fireEvent.click(screen.getByRole("button", { name: "Edit the limit of Nile Software" }));
  const again = await screen.findByRole("dialog");
  type(within(again).getByLabelText("Requests a day"), "10,000");
  fireEvent.click(within(again).getByRole("button", { name: "Save" }));
  await waitFor(() =>
    expect(mock.db.rateLimits.at(-1)).toMatchObject({
      scope: "organisation",
      requests_per_day: 10_000,
      tokens_per_day: 10_000_000,
    }),
  );
});

test("a new limit for what has one begins with what it is, and takes nothing away", async () => {
  const { mock } = renderApp("/admin/rate-limits");
  fireEvent.click(await screen.findByRole("button", { name: "New limit" }));
  const dialog = await screen.findByRole("dialog");
  const tokens = within(dialog).getByLabelText("Tokens a day") as HTMLInputElement;
  expect(tokens.value).toBe("10000000");
  type(within(dialog).getByLabelText("Requests a minute"), "50");
  fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(mock.db.rateLimits.at(-1)).toMatchObject({
    scope: "organisation",
    requests_per_minute: 50,
    tokens_per_day: 10_000_000,
  });
});

test("a page that one may not see says what to do about it", async () => {
  renderApp("/admin/budgets", "viewer");
  expect(await screen.findByText("You may not see this")).toBeTruthy();
  expect(screen.queryByText("Administration")).toBeNull();
});
