// The pages about virtual keys and keys at rest as an administrator meets them, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";
import { json, problem } from "@/mocks/answer";
import { renderApp } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

describe("virtual keys", () => {
  test("are shown once, with examples that use them", async () => {
    const { mock } = renderApp("/admin/virtual-keys");
    fireEvent.click(await screen.findByRole("button", { name: "Create virtual key" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Name"), "Editor");
    fireEvent.click(within(dialog).getByRole("checkbox", { name: "Ask workflows" }));
    type(within(dialog).getByLabelText("Models it may ask"), "fast\nopenai/*");
    fireEvent.click(within(dialog).getByRole("button", { name: "Create virtual key" }));
    expect(await screen.findByText("Copy the key now. It is not shown again.")).toBeTruthy();
    expect(screen.getAllByText(/hk-Mock1234mock/).length).toBe(2);
    fireEvent.click(screen.getByRole("button", { name: "I have saved it" }));
    await waitFor(() => expect(screen.queryByText(/hk-Mock1234mock/)).toBeNull());
    expect(mock.db.virtualKeys[0]).toMatchObject({
      name: "Editor",
      models: ["fast", "openai/*"],
      scopes: ["chat", "embeddings", "audio", "agents"],
    });
  });

  test("that nobody was shown are said to be lost, and replaced", async () => {
    const { mock } = renderApp("/admin/virtual-keys");
    fireEvent.click(await screen.findByRole("button", { name: "Create virtual key" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Name"), "Editor");
    const handle = mock.handle;
    const sent: (string | null)[] = [];
    // The first answer gets lost; after that the key of the request is known, as on the server.
    mock.handle = async (request) => {
      if (request.method !== "POST") return handle(request);
      const header = request.headers.get("Idempotency-Key");
      const isRepeat = sent.includes(header);
      sent.push(header);
      if (isRepeat) return json({ ...mock.db.virtualKeys[0], key: null }, 201);
      const answer = await handle(request);
      return sent.length === 1 ? Promise.reject(new TypeError("failed")) : answer;
    };
    fireEvent.click(within(dialog).getByRole("button", { name: "Create virtual key" }));
    await within(dialog).findByRole("alert");
    fireEvent.click(within(dialog).getByRole("button", { name: "Create virtual key" }));
    expect(await screen.findByText(/nobody has this one/)).toBeTruthy();
    expect(screen.queryByText(/hk-Mock1234mock/)).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Revoke it and create another" }));
    expect((await screen.findAllByText(/hk-Mock1234mock/)).length).toBe(2);
    expect(sent[1]).toBe(sent[0]);
    expect(sent[2]).not.toBe(sent[0]);
    const [made, lost] = mock.db.virtualKeys;
    expect([made?.name, made?.revoked_at]).toEqual(["Editor", null]);
    expect(lost?.revoked_at).not.toBeNull();
  });

  test("say at the field when one of the models cannot be", async () => {
    const { mock } = renderApp("/admin/virtual-keys");
    fireEvent.click(await screen.findByRole("button", { name: "Create virtual key" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Name"), "Editor");
    const models = within(dialog).getByLabelText("Models it may ask");
    type(models, `fast\n${"long ".repeat(50)}`);
    const handle = mock.handle;
    mock.handle = (request) =>
      request.method === "POST"
        ? Promise.resolve(
            problem(400, "validation", "the request has wrong fields", [
              { field: "models[1]", message: "use 1 to 200 characters" },
            ]),
          )
        : handle(request);
    fireEvent.click(within(dialog).getByRole("button", { name: "Create virtual key" }));
    expect(await within(dialog).findByText("use 1 to 200 characters")).toBeTruthy();
    expect(models.getAttribute("aria-invalid")).toBe("true");
  });

  test("are searched when there are many", async () => {
    const { mock } = renderApp("/admin/virtual-keys");
    const [first] = mock.db.virtualKeys;
    if (!first) throw new Error("there is a key to begin with");
    for (let count = 0; count < 9; count += 1) {
      mock.db.virtualKeys.push({ ...first, id: `vky_${count}`, name: `Robot ${count}` });
    }
    const box = await screen.findByLabelText("Search keys");
    type(box, "robot 7");
    await waitFor(() => expect(screen.queryByText("Order assistant")).toBeNull());
    expect(screen.getByText("Robot 7")).toBeTruthy();
    type(box, "nobody");
    expect(await screen.findByText("Nothing matches.")).toBeTruthy();
  });

  test("end on the day that was chosen, wherever the reader is", async () => {
    vi.stubEnv("TZ", "Pacific/Kiritimati");
    try {
      const { mock } = renderApp("/admin/virtual-keys");
      const [first] = mock.db.virtualKeys;
      if (first) first.expires_at = "2099-12-31T23:59:59Z";
      expect(await screen.findByText("Expires Dec 31, 2099")).toBeTruthy();
      fireEvent.click(screen.getByRole("button", { name: "Edit Order assistant" }));
      const day = (await screen.findByLabelText("Last day")) as HTMLInputElement;
      expect(day.value).toBe("2099-12-31");
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test("are changed and revoked; revoked ones only when asked for", async () => {
    const { mock } = renderApp("/admin/virtual-keys");
    expect(await screen.findByText("Order assistant")).toBeTruthy();
    expect(screen.getByText("Expired")).toBeTruthy();
    expect(screen.queryByText("Old notebook")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Edit Order assistant" }));
    const dialog = await screen.findByRole("dialog");
    type(within(dialog).getByLabelText("Tokens a minute"), "");
    fireEvent.click(within(dialog).getByRole("button", { name: "Save" }));
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(mock.db.virtualKeys[0]?.tokens_per_minute).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Revoke key Order assistant" }));
    fireEvent.click(await screen.findByRole("button", { name: "Revoke" }));
    await waitFor(() => expect(screen.queryByText("Order assistant")).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "Show 2 revoked keys" }));
    expect(await screen.findByText("Old notebook")).toBeTruthy();
  });
});

test("keys at rest are replaced after one has seen what will happen", async () => {
  const { mock } = renderApp("/admin/encryption");
  expect(await screen.findByText("mk-2026-03-02-51ab")).toBeTruthy();
  fireEvent.click(screen.getByRole("button", { name: "Replace keys" }));
  const dialog = await screen.findByRole("dialog");
  expect(within(dialog).getByText("3 secrets are sealed anew with a new key")).toBeTruthy();
  fireEvent.click(within(dialog).getByRole("switch", { name: "The master key too" }));
  expect(within(dialog).getByText(/mk-2026-03-02-51ab is replaced/)).toBeTruthy();
  fireEvent.click(within(dialog).getByRole("button", { name: "Replace keys" }));
  expect(await within(dialog).findByText("3 secrets were sealed anew")).toBeTruthy();
  expect(within(dialog).getByText(/Back up the data folder now/)).toBeTruthy();
  expect(mock.db.keyState.master_key).toBe("mk-2026-11-21-9f0c");
});
