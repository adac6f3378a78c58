// Who may use what of AI, as an administrator meets it, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { problem } from "@/mocks/answer";
import { renderApp } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

const press = (within: HTMLElement, name: string) => {
  const button = [...within.querySelectorAll("button")].find((each) => each.textContent === name);
  if (!button) throw new Error(`there is no button ${name}`);
  fireEvent.click(button);
};

const table = () => screen.findByRole("table", { name: "AI access" });
const rows = (within_: HTMLElement) => within(within_).getAllByRole("row");

/** The form about a person, opened from their row. */
async function open(name: string) {
  fireEvent.click(await screen.findByRole("button", { name: `AI access of ${name}` }));
  const dialog = await screen.findByRole("dialog", { name: `AI access of ${name}` });
  await within(dialog).findByLabelText("Tokens a request");
  return dialog;
}

const save = (dialog: HTMLElement) =>
  fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));

const closed = () => waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());

describe("the list", () => {
  test("says who may use what, and what their money of the day is", async () => {
    renderApp("/admin/ai-access");
    const people = await table();
    const [, hisham, amal, lena] = rows(people);
    expect(within(hisham as HTMLElement).getByText("Full")).toBeTruthy();
    const row = within(amal as HTMLElement);
    expect(row.getByText("Limited")).toBeTruthy();
    expect(row.getByText("Platforms: openai and office-ollama")).toBeTruthy();
    expect(row.getByText("Requests an hour: 60")).toBeTruthy();
    expect(await row.findByText("$18.24 of $20.00")).toBeTruthy();
    expect(row.getByText("Near the cap")).toBeTruthy();
    expect(row.getByRole("link", { name: "Usage of Amal Naguib" }).getAttribute("href")).toBe(
      "/admin/model-calls?user=usr_01k7",
    );
    expect(within(lena as HTMLElement).getByText("None")).toBeTruthy();
    expect(within(lena as HTMLElement).getByText("No budget")).toBeTruthy();
  });

  test("does not say that there is no budget when it could not look", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const handle = mock.handle;
    mock.handle = (request) =>
      new URL(request.url).pathname === "/api/v1/budgets"
        ? Promise.resolve(problem(500, "internal", "the budgets are not to be had"))
        : handle(request);
    expect(within(await table()).queryByText("No budget")).toBeNull();
  });

  test("is searched by name and email, and an empty answer offers all again", async () => {
    renderApp("/admin/ai-access");
    const box = await screen.findByLabelText("Search people");
    type(box, "northern");
    await waitFor(() => expect(location.search).toContain("q=northern"));
    await waitFor(async () => expect(rows(await table())).toHaveLength(2));
    expect(screen.getByText("Lena Fischer")).toBeTruthy();
    type(box, "somebody else");
    expect(await screen.findByText("Nobody matches")).toBeTruthy();
    fireEvent.click(screen.getByRole("link", { name: "Show all" }));
    await waitFor(() => expect(location.search).toBe(""));
    expect(rows(await table())).toHaveLength(5);
  });

  test("is read page by page", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const [first] = mock.db.access;
    if (!first) throw new Error("there are people to begin with");
    for (let count = 0; count < 60; count += 1) {
      mock.db.access.push({ ...first, user_id: `usr_${count}`, name: `Person ${count}` });
    }
    expect(rows(await table())).toHaveLength(51);
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    await waitFor(async () => expect(rows(await table())).toHaveLength(65));
  });

  test("is only looked at by whoever may not manage budgets", async () => {
    const { mock } = renderApp("/admin/ai-access?user=usr_01k7");
    mock.db.session.permissions = mock.db.session.permissions.filter(
      (each) => each !== "manage_budgets",
    );
    const people = await table();
    expect(within(people).getByRole("link", { name: "Usage of Amal Naguib" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: "AI access of Amal Naguib" })).toBeNull();
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("is not for everybody", async () => {
    renderApp("/admin/ai-access", "viewer");
    expect(await screen.findByText("You may not see this")).toBeTruthy();
  });
});

describe("the form", () => {
  test("changes what is allowed and the money in one go", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const dialog = await open("Amal Naguib");
    const form = within(dialog);
    fireEvent.click(await form.findByRole("checkbox", { name: "office-ollama" }));
    expect(form.queryByRole("checkbox", { name: "office-ollama/qwen3:8b" })).toBeNull();
    fireEvent.click(form.getByRole("radio", { name: "Every agent" }));
    type(form.getByLabelText("Tokens a request"), "");
    expect((form.getByLabelText("Daily budget") as HTMLInputElement).value).toBe("20");
    type(form.getByLabelText("Daily budget"), "25.50");
    type(form.getByLabelText("Monthly budget"), "100");
    save(dialog);
    await closed();
    expect(mock.db.access[1]).toMatchObject({
      level: "limited",
      platforms: ["openai"],
      models: ["fast", "openai/gpt-4.1-mini", "openai/gpt-4.1-retired"],
      agents: null,
      tokens_per_request: null,
      requests_per_hour: 60,
    });
    const own = mock.db.budgets.filter((each) => each.scope_id === "usr_01k7");
    expect(own.map((each) => [each.period, each.cap_micros])).toEqual([
      ["day", 25_500_000],
      ["month", 100_000_000],
    ]);
    expect(await screen.findByText("$18.24 of $25.50")).toBeTruthy();
  });

  test("takes a budget away when its field is emptied, and leaves the access alone", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const before = mock.db.access[1]?.updated_at;
    const dialog = await open("Amal Naguib");
    type(within(dialog).getByLabelText("Daily budget"), " ");
    save(dialog);
    await closed();
    expect(mock.db.budgets.some((each) => each.scope === "user")).toBe(false);
    expect(mock.db.access[1]?.updated_at).toBe(before);
  });

  test("begins with everything ticked, and says what nothing means", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const dialog = await open("Hisham Sait");
    const form = within(dialog);
    fireEvent.click(form.getAllByRole("radio", { name: "Only these" })[0] as HTMLElement);
    const box = form.getByRole("checkbox", { name: "anthropic" }) as HTMLInputElement;
    expect(box.checked).toBe(true);
    press(dialog, "Clear all");
    expect(form.getByText("Nothing is ticked: no platform may be used.")).toBeTruthy();
    save(dialog);
    await closed();
    expect(mock.db.access[0]).toMatchObject({ level: "none", platforms: [], models: null });
  });

  test("ticks the models of one platform, and takes one by its name", async () => {
    const { mock } = renderApp("/admin/ai-access?user=usr_01k7");
    const dialog = await screen.findByRole("dialog", { name: "AI access of Amal Naguib" });
    const form = within(dialog);
    fireEvent.click(await form.findByRole("button", { name: "All of openai" }));
    fireEvent.click(form.getByRole("button", { name: "None of Others" }));
    const other = form.getByLabelText("Another model");
    type(other, "anthropic/claude-sonnet-4-5");
    fireEvent.keyDown(other, { key: "Enter" });
    expect(await form.findByText("This platform is not ticked above.")).toBeTruthy();
    type(other, "openai/o4-mini");
    fireEvent.keyDown(other, { key: "Enter" });
    expect(await form.findByRole("checkbox", { name: "openai/o4-mini" })).toBeTruthy();
    save(dialog);
    await closed();
    expect([...(mock.db.access[1]?.models ?? [])].sort()).toEqual([
      "fast",
      "office-ollama/qwen3:8b",
      "openai/gpt-4.1",
      "openai/gpt-4.1-mini",
      "openai/o4-mini",
    ]);
    expect(location.search).toBe("");
  });

  test("says what is wrong beside the field, in its own words and in the server's", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const dialog = await open("Amal Naguib");
    const tokens = within(dialog).getByLabelText("Tokens a request");
    type(tokens, "0");
    type(within(dialog).getByLabelText("Monthly budget"), "much");
    save(dialog);
    expect(await within(dialog).findByText("This must be a whole number.")).toBeTruthy();
    expect(within(dialog).getByText("Give an amount such as 12.50.")).toBeTruthy();
    type(within(dialog).getByLabelText("Monthly budget"), "");
    type(tokens, "2000000000");
    save(dialog);
    expect(await within(dialog).findByText(/use 1 to 1000000000/)).toBeTruthy();
    expect(tokens.getAttribute("aria-invalid")).toBe("true");
    expect(mock.db.access[1]?.tokens_per_request).toBe(8_000);
  });

  test("says which part was not saved, and saves it the next time", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const dialog = await open("Amal Naguib");
    const budget = mock.db.budgets.find((each) => each.scope === "user");
    if (!budget) throw new Error("there is a budget to begin with");
    budget.version += 1;
    type(within(dialog).getByLabelText("Requests an hour"), "30");
    type(within(dialog).getByLabelText("Daily budget"), "25");
    save(dialog);
    const alert = await within(dialog).findByRole("alert");
    expect(alert.textContent).toContain("The daily budget was not saved; everything above it was.");
    expect(alert.textContent).toContain("somebody else changed this budget");
    expect(mock.db.access[1]?.requests_per_hour).toBe(30);
    expect(budget.cap_micros).toBe(20_000_000);
    await waitFor(() =>
      expect(
        (within(dialog).getByRole("button", { name: "Save" }) as HTMLButtonElement).disabled,
      ).toBe(false),
    );
    save(dialog);
    await closed();
    expect(budget.cap_micros).toBe(25_000_000);
  });

  test("gives everything back after saying what goes", async () => {
    const { mock } = renderApp("/admin/ai-access");
    const dialog = await open("Amal Naguib");
    press(dialog, "Reset to full access");
    const question = await screen.findByRole("alertdialog", {
      name: "Give Amal Naguib full access?",
    });
    expect(within(question).getByText("Platforms: openai and office-ollama")).toBeTruthy();
    expect(within(question).getByText("Tokens a request: 8,000")).toBeTruthy();
    fireEvent.click(within(question).getByRole("button", { name: "Reset to full access" }));
    await waitFor(() =>
      expect(mock.db.access[1]).toMatchObject({ level: "full", platforms: null, agents: null }),
    );
    await closed();
    expect(mock.db.budgets.some((each) => each.scope === "user")).toBe(true);
  });

  test("says when there is no such person", async () => {
    renderApp("/admin/ai-access?user=usr_nobody");
    const dialog = await screen.findByRole("dialog");
    expect(await within(dialog).findByText(/there is no person "usr_nobody"/)).toBeTruthy();
  });
});
