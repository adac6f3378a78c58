import { adminScreens } from "./screens.admin.mjs";
import { engineScreens } from "./screens.engine.mjs";

// The screens and states to look at. `ready` brings a page into the state and waits until it is.
const seen = (text) => (page) => page.locator("main").getByText(text).first().waitFor();
const heading = (page) => page.getByRole("heading").first().waitFor();
const main = (page) => page.locator("main h1, main h2").first().waitFor();
const card = (key) => (page) => page.locator(`[data-card="${key}"]`).waitFor();

const broken = (pattern) => (page) =>
  page.route(pattern, (route) =>
    route.fulfill({
      status: 500,
      contentType: "application/problem+json",
      body: JSON.stringify({
        status: 500,
        code: "internal",
        detail: "the database did not answer within 5 s",
        request_id: "req_01kq7m2c9",
      }),
    }),
  );
const stuck = (pattern) => (page) => page.route(pattern, () => {});

const idea = "A clinic needs online appointment booking with SMS reminders.";
async function startIdea(page) {
  await page.locator("#idea").fill(idea);
  await page.locator("form button[type=submit]").first().click();
  await page.locator("[role=progressbar]").first().waitFor();
}

export const screens = [
  {
    name: "setup",
    scenario: "setup",
    path: "/setup#token=abc",
    ready: (page) => page.locator("form").waitFor(),
  },
  {
    name: "setup-no-token",
    scenario: "setup",
    path: "/setup",
    ready: (page) => page.locator("pre").waitFor(),
  },
  {
    name: "sign-in",
    scenario: "signed-out",
    path: "/sign-in",
    ready: (page) => page.locator("form").waitFor(),
  },
  {
    name: "sign-in-wrong",
    scenario: "signed-out",
    path: "/sign-in",
    ready: async (page) => {
      await page.locator("input[type=email]").fill("hisham@example.com");
      await page.locator("input[type=password]").fill("wrong");
      await page.locator("button[type=submit]").click();
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "sign-in-link-spent",
    scenario: "signed-out",
    path: "/sign-in#token=spent",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "projects", path: "/projects", ready: seen("Clinic booking") },
  { name: "projects-empty", scenario: "empty", path: "/projects", ready: main },
  {
    name: "projects-loading",
    path: "/projects",
    before: stuck("**/api/v1/projects?*"),
    ready: heading,
  },
  {
    name: "projects-error",
    path: "/projects",
    before: broken("**/api/v1/projects?*"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  {
    name: "projects-create",
    path: "/projects",
    ready: async (page) => {
      await seen("Clinic booking")(page);
      await page.keyboard.press("c");
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "board", path: "/projects/CLINIC", ready: card("CLINIC-2") },
  { name: "board-viewer", scenario: "viewer", path: "/projects/CLINIC", ready: card("CLINIC-2") },
  {
    name: "item-viewer",
    scenario: "viewer",
    path: "/projects/CLINIC/CLINIC-3",
    ready: (page) => page.getByRole("dialog").locator("form").waitFor(),
  },
  { name: "board-empty", path: "/projects/SHOP", ready: (page) => page.locator("#idea").waitFor() },
  {
    name: "board-no-model",
    scenario: "no-model",
    path: "/projects/SHOP",
    ready: seen("hishamos model install"),
  },
  {
    name: "board-scripted",
    scenario: "scripted",
    path: "/projects/SHOP",
    ready: (page) => page.locator("#idea").waitFor(),
  },
  {
    name: "board-loading",
    path: "/projects/CLINIC",
    before: stuck("**/board"),
    ready: (page) => page.waitForTimeout(600),
  },
  {
    name: "board-error",
    path: "/projects/CLINIC",
    before: broken("**/board"),
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  {
    name: "board-idea-open",
    path: "/projects/CLINIC",
    ready: async (page) => {
      await card("CLINIC-2")(page);
      await page.keyboard.press("/");
      await page.locator("button[type=submit]").waitFor();
    },
  },
  {
    name: "board-move-menu",
    path: "/projects/CLINIC",
    ready: async (page) => {
      await page.locator('[data-card="CLINIC-6"]').focus();
      await page.keyboard.press("m");
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "board-working",
    path: "/projects/SHOP",
    ready: async (page) => {
      await startIdea(page);
      await page.waitForTimeout(7_500);
    },
  },
  {
    name: "board-made",
    path: "/projects/SHOP",
    pace: 60,
    ready: async (page) => {
      await startIdea(page);
      await page.locator('[data-card="SHOP-11"]').waitFor();
      await page.waitForTimeout(1_500);
    },
  },
  {
    name: "board-failed",
    scenario: "failing",
    path: "/projects/SHOP",
    pace: 60,
    ready: async (page) => {
      await startIdea(page);
      await page.getByText("no provider answered").first().waitFor();
    },
  },
  {
    name: "board-undo",
    path: "/projects/SHOP",
    pace: 60,
    ready: async (page) => {
      await startIdea(page);
      await page.locator('[data-card="SHOP-11"]').waitFor();
      await page.locator("section button:has(.lucide-undo-2)").click();
      await page.getByRole("alertdialog").waitFor();
    },
  },
  {
    name: "board-create-item",
    path: "/projects/CLINIC",
    ready: async (page) => {
      await card("CLINIC-2")(page);
      await page.keyboard.press("c");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "shortcuts",
    path: "/projects/CLINIC",
    ready: async (page) => {
      await card("CLINIC-2")(page);
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "item",
    path: "/projects/CLINIC/CLINIC-3",
    ready: (page) => page.getByRole("dialog").locator("form").waitFor(),
  },
  {
    name: "item-missing",
    path: "/projects/CLINIC/CLINIC-99",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  {
    name: "item-conflict",
    path: "/projects/CLINIC/CLINIC-3",
    ready: async (page) => {
      const title = page.getByRole("dialog").locator("input").first();
      await title.fill("Book a slot in one tap");
      await page.evaluate(() =>
        fetch("/api/v1/work-items/CLINIC-3", {
          method: "PATCH",
          body: JSON.stringify({ version: 1, title: "Book a slot quickly", points: 8 }),
        }),
      );
      await page.getByRole("alert").waitFor();
    },
  },
  {
    name: "executions",
    path: "/executions",
    ready: (page) => page.locator("main li").first().waitFor(),
  },
  { name: "executions-empty", scenario: "empty", path: "/executions", ready: main },
  { name: "executions-filtered", path: "/executions?status=paused", ready: main },
  {
    name: "execution",
    path: "/executions/exe_01kdone",
    ready: (page) => page.locator("main section [aria-expanded]").first().waitFor(),
  },
  {
    name: "execution-fan-out",
    path: "/executions/exe_01kdone?step=stories",
    ready: (page) => page.locator("main section [aria-expanded]").first().waitFor(),
  },
  {
    name: "execution-recovered",
    path: "/executions/exe_01kdone?step=epics",
    ready: (page) => page.locator("main section [aria-expanded]").first().waitFor(),
  },
  {
    name: "execution-failed",
    path: "/executions/exe_01kfail",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  {
    name: "execution-missing",
    path: "/executions/exe_nothing",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  {
    name: "execution-live",
    path: "/projects/SHOP",
    ready: async (page) => {
      await startIdea(page);
      await page.waitForTimeout(6_500);
      await page.locator('section a[href^="/executions/"]').click();
      await page.locator("ol ol button").first().waitFor();
      await page.waitForTimeout(700);
    },
  },
  {
    name: "settings-profile",
    path: "/settings/profile",
    ready: (page) => page.locator("main form").waitFor(),
  },
  {
    name: "settings-sessions",
    path: "/settings/sessions",
    ready: (page) => page.locator("main li time").first().waitFor(),
  },
  { name: "settings-keys", path: "/settings/keys", ready: seen("nightly export") },
  {
    name: "settings-keys-empty",
    scenario: "empty",
    path: "/settings/keys",
    ready: (page) => page.locator("main h2").nth(1).waitFor(),
  },
  {
    name: "settings-key-created",
    path: "/settings/keys",
    ready: async (page) => {
      await seen("nightly export")(page);
      await page.locator("main section header button, main section button").first().click();
      await page.getByRole("dialog").locator("input").fill("deploy script");
      await page.getByRole("dialog").locator("button[type=submit]").click();
      await page.getByRole("dialog").locator("pre").waitFor();
    },
  },
  { name: "settings-models", path: "/settings/models", ready: seen("local/qwen2.5-coder-0.5b") },
  {
    name: "settings-models-missing",
    scenario: "no-model",
    path: "/settings/models",
    ready: seen("local/qwen2.5-coder-0.5b"),
  },
  ...engineScreens,
  ...adminScreens,
  {
    name: "not-found",
    path: "/nowhere",
    ready: (page) => page.getByRole("link").first().waitFor(),
  },
];
