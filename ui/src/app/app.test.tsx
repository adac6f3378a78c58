// The app as a person meets it, on the test double.
import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { problem } from "@/mocks/answer";
import { renderApp } from "@/mocks/renderApp";

const type = (element: HTMLElement, value: string) =>
  fireEvent.change(element, { target: { value } });

const cardsIn = (column: string) =>
  [...document.querySelectorAll<HTMLElement>(`[data-column="${column}"] [data-card]`)].map(
    (card) => card.dataset.card,
  );

describe("doors", () => {
  test("the first visit makes the first account", async () => {
    renderApp("/setup#token=once", "setup");
    type(await screen.findByLabelText("Name"), "Amal");
    expect(location.hash).toBe("");
    type(screen.getByLabelText("Email"), "amal@example.com");
    type(screen.getByLabelText("Organisation"), "Nile");
    type(screen.getByLabelText("Password"), "short");
    fireEvent.click(screen.getByRole("button", { name: "Create account" }));
    expect(await screen.findByText("The password needs at least 15 characters.")).toBeTruthy();
    type(screen.getByLabelText("Password"), "four words are enough");
    fireEvent.click(screen.getByRole("button", { name: "Create account" }));
    expect(await screen.findByText("Create your first project")).toBeTruthy();
  });

  test("without a token the way to get one is told", async () => {
    renderApp("/", "setup");
    expect(await screen.findByText("Open the one-time setup link to continue.")).toBeTruthy();
  });

  test("a wrong password is said in words", async () => {
    renderApp("/projects/CLINIC", "signed-out");
    type(await screen.findByLabelText("Email"), "hisham@example.com");
    type(screen.getByLabelText("Password"), "wrong");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect((await screen.findByRole("alert")).textContent).toBe(
      "The email or the password is wrong.",
    );
  });

  test("after signing in one is where one wanted to be", async () => {
    renderApp("/projects/CLINIC", "signed-out");
    type(await screen.findByLabelText("Email"), "hisham@example.com");
    type(screen.getByLabelText("Password"), "right");
    fireEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("heading", { name: "Clinic booking" })).toBeTruthy();
  });

  test("a link is spent once", async () => {
    renderApp("/sign-in#token=spent", "signed-out");
    expect(await screen.findByRole("alert")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Use my password" }));
    expect(await screen.findByLabelText("Email")).toBeTruthy();
  });
});

describe("board", () => {
  async function moveToTesting(key: string) {
    const card = await waitFor(() => {
      const found = document.querySelector<HTMLElement>(`[data-card="${key}"]`);
      if (!found) throw new Error(`no card ${key}`);
      return found;
    });
    fireEvent.keyDown(card, { key: "m" });
    fireEvent.click(await screen.findByRole("menuitem", { name: "Testing" }));
  }

  test("a card moves by keyboard and the server knows", async () => {
    const { mock } = renderApp("/projects/CLINIC");
    await moveToTesting("CLINIC-6");
    await waitFor(() => expect(cardsIn("Testing")).toEqual(["CLINIC-3", "CLINIC-6"]));
    await waitFor(() =>
      expect(mock.db.items.find((item) => item.key === "CLINIC-6")?.column).toBe("Testing"),
    );
  });

  test("a refused move is taken back and explained", async () => {
    const { mock } = renderApp("/projects/CLINIC");
    const handle = mock.handle;
    mock.handle = (request) =>
      request.url.endsWith("/move")
        ? Promise.resolve(problem(409, "invalid_state", "Testing is full"))
        : handle(request);
    await moveToTesting("CLINIC-6");
    await waitFor(() => expect(screen.getByText("Testing is full")).toBeTruthy());
    await waitFor(() => expect(cardsIn("Testing")).toEqual(["CLINIC-3"]));
    expect(cardsIn("Todo")).toContain("CLINIC-6");
  });

  test("an idea becomes cards without a reload, and can be undone", async () => {
    renderApp("/projects/SHOP");
    type(await screen.findByLabelText(/What should be built/), "Bread, ordered in the evening");
    fireEvent.click(screen.getByRole("button", { name: "Start" }));
    await waitFor(() => expect(cardsIn("Todo")).toHaveLength(8));
    fireEvent.click(await screen.findByRole("button", { name: "Undo" }));
    const question = await screen.findByRole("alertdialog");
    expect(within(question).getByText("Remove 11 items?")).toBeTruthy();
    fireEvent.click(within(question).getByRole("button", { name: "Remove them" }));
    await waitFor(() => expect(cardsIn("Todo")).toEqual([]));
  });

  test("without a model the way to install one is told and nothing starts", async () => {
    renderApp("/projects/SHOP", "no-model");
    type(await screen.findByLabelText(/What should be built/), "An idea");
    expect(await screen.findByText("hishamos model install")).toBeTruthy();
    expect(screen.getByRole("button", { name: "Start" }).hasAttribute("disabled")).toBe(true);
  });
});

describe("work item", () => {
  test("two people's changes to different fields both survive", async () => {
    const { mock } = renderApp("/projects/CLINIC/CLINIC-3");
    type(await screen.findByLabelText("Title"), "Mine");
    const request = new Request("http://mock/api/v1/work-items/CLINIC-3", {
      method: "PATCH",
      body: JSON.stringify({ version: 1, points: 13 }),
    });
    await mock.handle(request);
    expect(await screen.findByText(/changed other fields/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Keep my changes" }));
    await waitFor(() => {
      const item = mock.db.items.find((each) => each.key === "CLINIC-3");
      expect(item).toMatchObject({ title: "Mine", points: 13, version: 3 });
    });
  });
});

describe("people who may only look", () => {
  test("are offered nothing that would be refused", async () => {
    renderApp("/projects/CLINIC", "viewer");
    await waitFor(() => expect(cardsIn("Testing")).toEqual(["CLINIC-3"]));
    expect(document.querySelector("#idea")).toBeNull();
    expect(screen.queryByRole("button", { name: "New item" })).toBeNull();
    expect(screen.queryByRole("button", { name: "Move CLINIC-3" })).toBeNull();
  });

  test("are not shown models, nor told off for it", async () => {
    const { mock } = renderApp("/settings/models", "viewer");
    const asked: string[] = [];
    const handle = mock.handle;
    mock.handle = (request) => {
      asked.push(new URL(request.url).pathname);
      return handle(request);
    };
    expect(await screen.findByRole("heading", { name: "Profile" })).toBeTruthy();
    expect(screen.queryByRole("link", { name: "Models" })).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
    expect(asked).not.toContain("/api/v1/models");
  });
});

describe("failures", () => {
  test("a broken answer shows its detail, its request and a way to try again", async () => {
    const { mock } = renderApp("/executions");
    const handle = mock.handle;
    let isBroken = true;
    mock.handle = (request) =>
      isBroken && request.url.includes("/executions")
        ? Promise.resolve(problem(500, "internal", "the database is away"))
        : handle(request);
    expect(await screen.findByText("the database is away")).toBeTruthy();
    expect(screen.getByText("req_01kmock")).toBeTruthy();
    isBroken = false;
    fireEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Release 1.3.0 of the clinic")).toBeTruthy();
  });
});

describe("language", () => {
  test("Arabic turns the page around at once", async () => {
    renderApp("/settings/profile");
    type(await screen.findByLabelText("Language"), "ar");
    expect(await screen.findByRole("heading", { name: "الإعدادات" })).toBeTruthy();
    expect(document.documentElement.dir).toBe("rtl");
    type(screen.getByLabelText("اللغة"), "en");
    expect(await screen.findByRole("heading", { name: "Settings" })).toBeTruthy();
    expect(document.documentElement.dir).toBe("ltr");
  });
});

test("all projects are shown, however many pages they come in", async () => {
  const { mock } = renderApp("/projects");
  const handle = mock.handle;
  mock.handle = async (request) => {
    const { pathname, searchParams } = new URL(request.url);
    if (request.method !== "GET" || pathname !== "/api/v1/projects") return handle(request);
    const { items } = await (await handle(request)).json();
    const isFirst = !searchParams.has("cursor");
    const shown = isFirst ? items.slice(0, 1) : items.slice(1);
    return Response.json({ items: shown, next: isFirst ? "second" : null });
  };
  const main = await screen.findByRole("main");
  expect(await within(main).findByText("Clinic booking")).toBeTruthy();
  expect(within(main).getByText("مخبز الحي")).toBeTruthy();
});
