// The pages about platforms as an administrator meets them, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { problem } from "@/mocks/answer";
import { renderApp } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

const openMenu = async (name: string) =>
  fireEvent.keyDown(await screen.findByRole("button", { name }), { key: "Enter" });

const order = async (platform: string, name: string) => {
  await openMenu(`Actions for “${platform}”`);
  fireEvent.click(await screen.findByRole("menuitem", { name }));
};

describe("platforms", () => {
  test("show how they are, and no key", async () => {
    renderApp("/admin/platforms");
    expect(await screen.findByText("…w7Qk")).toBeTruthy();
    expect(await screen.findByText("Budget used up")).toBeTruthy();
    expect(screen.getByText("In the configuration")).toBeTruthy();
    expect(screen.getByText("connection refused (10.0.0.12:8000)")).toBeTruthy();
  });

  test("are tested before they are saved; what fails can be saved knowingly", async () => {
    const { mock } = renderApp("/admin/platforms");
    fireEvent.click(await screen.findByRole("button", { name: "Add platform" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: /^Gemini/ }));
    expect((within(dialog).getByLabelText("Name") as HTMLInputElement).value).toBe("gemini");
    type(within(dialog).getByLabelText("API key"), "wrong");
    fireEvent.click(within(dialog).getByRole("button", { name: "Test and save" }));
    expect(await within(dialog).findByText(/Incorrect API key provided/)).toBeTruthy();
    expect(mock.db.platforms.some((each) => each.name === "gemini")).toBe(false);
    fireEvent.click(within(dialog).getByRole("button", { name: "Save it all the same" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(mock.db.platforms.find((each) => each.name === "gemini")).toMatchObject({
      kind: "gemini",
      api_key: "…rong",
      requests_per_minute: 60,
      tokens_per_minute: 32_000,
    });
  });

  test("what cannot be sent is said beside the field", async () => {
    renderApp("/admin/platforms");
    fireEvent.click(await screen.findByRole("button", { name: "Add platform" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: /^OpenAI-compatible/ }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Test and save" }));
    expect(await within(dialog).findByText("This is needed.")).toBeTruthy();
  });

  test("offer the models that the provider serves", async () => {
    const { mock } = renderApp("/admin/platforms");
    await order("openai", "Edit");
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: "Fetch from the provider" }));
    fireEvent.click(await within(dialog).findByRole("checkbox", { name: "o4-mini" }));
    type(within(dialog).getByLabelText("Daily budget"), "75.50");
    fireEvent.click(within(dialog).getByRole("button", { name: "Test and save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(mock.db.platforms[0]).toMatchObject({
      models: ["gpt-4.1", "gpt-4.1-mini", "o4-mini"],
      daily_budget_micros: 75_500_000,
      api_key: "…w7Qk",
      version: 2,
    });
  });

  test("are tested again, and the provider's own error is shown", async () => {
    renderApp("/admin/platforms");
    fireEvent.click(await screen.findByRole("button", { name: /Test ?openai/ }));
    expect(await screen.findByText(/It answered in 318ms/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: /Test ?lab-server/ }));
    expect(await screen.findByText("connection refused (10.0.0.12:8000)")).toBeTruthy();
  });

  test("that were changed since a test do not show how it went", async () => {
    renderApp("/admin/platforms");
    fireEvent.click(await screen.findByRole("button", { name: /Test ?lab-server/ }));
    const refused = () => screen.queryByText("connection refused (10.0.0.12:8000)");
    // Without the time of it: the row shows the test that was just made.
    await waitFor(() => expect(refused()?.parentElement?.textContent).not.toContain("ago"));
    await order("lab-server", "Edit");
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Address"), "http://10.0.0.13:8000/v1");
    fireEvent.click(within(dialog).getByRole("button", { name: "Test and save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(await screen.findByText(/It answered in 318ms/)).toBeTruthy();
    expect(refused()).toBeNull();
  });

  test("that could not be sent say so in the reader's words, in sight", async () => {
    const { mock } = renderApp("/admin/platforms");
    await order("openai", "Edit");
    const dialog = await screen.findByRole("dialog");
    const weight = within(dialog).getByLabelText("Weight");
    type(weight, "heavy");
    expect(weight.closest("details")?.hasAttribute("open")).toBe(false);
    fireEvent.click(within(dialog).getByRole("button", { name: "Test and save" }));
    await waitFor(() => expect(weight.closest("details")?.hasAttribute("open")).toBe(true));
    type(weight, "2");
    const handle = mock.handle;
    mock.handle = (request) =>
      request.method === "PATCH"
        ? Promise.reject(new TypeError("Failed to fetch"))
        : handle(request);
    fireEvent.click(within(dialog).getByRole("button", { name: "Test and save" }));
    expect(await within(dialog).findByText(/Check that HishamOS is running/)).toBeTruthy();
    expect(within(dialog).queryByText("Failed to fetch")).toBeNull();
  });

  test("step in for each other in an order that keys can change", async () => {
    const { mock } = renderApp("/admin/platforms");
    fireEvent.click(await screen.findByRole("button", { name: "Fall-back order" }));
    const dialog = await screen.findByRole("dialog");
    fireEvent.click(within(dialog).getByRole("button", { name: "Move anthropic up" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "lab-server never steps in" }));
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    const orders = Object.fromEntries(
      mock.db.platforms.map((each) => [each.name, each.fallback_order]),
    );
    expect(orders).toMatchObject({ anthropic: 1, openai: 2, "lab-server": 0 });
  });

  test("say who would notice before they go", async () => {
    const { mock } = renderApp("/admin/platforms");
    await order("openai", "Remove");
    const question = await screen.findByRole("alertdialog");
    expect(await within(question).findByText(/no other model: gpt-4/)).toBeTruthy();
    expect(within(question).getByText(/Virtual keys that name it: Order assistant/)).toBeTruthy();
    fireEvent.click(within(question).getByRole("button", { name: "Remove" }));
    await waitFor(() =>
      expect(mock.db.platforms.some((each) => each.name === "openai")).toBe(false),
    );
  });
});

test("that something could not be looked up is not taken for nothing", async () => {
  const { mock } = renderApp("/admin/platforms");
  const handle = mock.handle;
  mock.handle = (request) =>
    new URL(request.url).pathname === "/api/v1/virtual-keys"
      ? Promise.resolve(problem(500, "internal", "the keys are not to be had"))
      : handle(request);
  await order("azure-emea", "Remove");
  const question = await screen.findByRole("alertdialog");
  expect(await within(question).findByText(/could be looked up/)).toBeTruthy();
  expect(within(question).queryByText("Nothing uses it.")).toBeNull();
});

test("health warns in words before a limit is reached", async () => {
  renderApp("/admin/health");
  const bar = (await screen.findAllByRole("progressbar", { name: "Tokens a minute" }))[0];
  expect(bar?.getAttribute("aria-valuetext")).toBe("78,300 of 90,000, 87%");
  expect(screen.getAllByText("Nearly used up:").length).toBeGreaterThan(1);
  fireEvent.change(await screen.findByLabelText("Filter by platform"), {
    target: { value: "lab-server" },
  });
  await waitFor(() => expect(screen.queryByText(/Rate limit reached/)).toBeNull());
});

test("a model group is made of platforms and their models, in order", async () => {
  const { mock } = renderApp("/admin/model-groups");
  fireEvent.click(await screen.findByRole("button", { name: "New model group" }));
  const dialog = await screen.findByRole("dialog");
  type(within(dialog).getByLabelText("Name"), "writers");
  await within(dialog).findByRole("option", { name: "anthropic" });
  type(within(dialog).getByLabelText("Platform"), "openai");
  type(within(dialog).getByLabelText("Model"), "gpt-4.1");
  fireEvent.click(within(dialog).getByRole("button", { name: "Add a model" }));
  fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  expect(await within(dialog).findByText("This is needed.")).toBeTruthy();
  type(within(dialog).getAllByLabelText("Platform")[1] as HTMLElement, "anthropic");
  type(within(dialog).getAllByLabelText("Model")[1] as HTMLElement, "claude-sonnet-4-5");
  fireEvent.click(within(dialog).getByRole("button", { name: "Move claude-sonnet-4-5 up" }));
  fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(mock.db.modelGroups.at(-1)).toMatchObject({
    name: "writers",
    targets: [
      { platform: "anthropic", model: "claude-sonnet-4-5", order: 0, weight: 1 },
      { platform: "openai", model: "gpt-4.1", order: 1, weight: 1 },
    ],
  });
});

describe("prices", () => {
  test("are set from a day on", async () => {
    const { mock } = renderApp("/admin/prices?platform=lab-server");
    fireEvent.click(await screen.findByRole("button", { name: "New price" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Model"), "llama-4-scout");
    type(within(dialog).getByLabelText("From"), "2026-12-01");
    type(within(dialog).getByLabelText("Input"), "0.15");
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(mock.db.prices.at(-1)).toMatchObject({
      platform: "lab-server",
      model: "llama-4-scout",
      input_micros: 150_000,
    });
  });

  test("of a table are shown with what is wrong before any is taken", async () => {
    const { mock } = renderApp("/admin/prices");
    fireEvent.click(await screen.findByRole("button", { name: "Import CSV" }));
    const dialog = await screen.findByRole("dialog");
    const heading = "platform,model,valid_from,input_micros";
    type(
      within(dialog).getByLabelText("Table"),
      `${heading}\nopenai,gpt-4.1-mini,2026-01-01,500000\nacme,a,someday,1`,
    );
    expect(await within(dialog).findByText(/1 row must be mended first/)).toBeTruthy();
    expect(within(dialog).getByText("is no date like 2026-01-31")).toBeTruthy();
    const load = within(dialog).getByRole("button", { name: "Import all rows" });
    expect((load as HTMLButtonElement).disabled).toBe(true);
    type(
      within(dialog).getByLabelText("Table"),
      `${heading}\nopenai,gpt-4.1-mini,2026-01-01,500000\nacme,a,2026-02-01,1`,
    );
    expect(await within(dialog).findByText("Replaces one")).toBeTruthy();
    fireEvent.click(load);
    expect(await screen.findByText("2 prices were imported")).toBeTruthy();
    expect(mock.db.prices).toHaveLength(4);
  });

  test("say when their rule could not be read, and read it again", async () => {
    const { mock } = renderApp("/admin/prices");
    const handle = mock.handle;
    let isBroken = true;
    mock.handle = (request) =>
      isBroken && request.url.endsWith("/prices/rule")
        ? Promise.resolve(problem(500, "internal", "the database is away"))
        : handle(request);
    expect(await screen.findByText("the database is away")).toBeTruthy();
    isBroken = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("radio", { name: "Refuse the call" })).toBeTruthy();
  });

  test("that nobody knows are flagged or refused", async () => {
    const { mock } = renderApp("/admin/prices");
    fireEvent.click(await screen.findByRole("radio", { name: "Refuse the call" }));
    await waitFor(() => expect(mock.db.unknownPrice).toBe("refuse"));
  });
});
