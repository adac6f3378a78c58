// One person's way through a REAL running server, in a real browser.
//   HISHAMOS_URL           where it runs, such as http://127.0.0.1:8484
//   HISHAMOS_SIGN_IN_LINK  a fresh one-time link
//   SHOTS_DIR              where pictures go (default test-results/journey)
//   JOURNEY_TIMEOUT_S      how long the agents may take (default 900)
//   IDEA                   what to build
// Exit code 1 if anything failed; the last line is "N passed, N failed".
import { mkdirSync } from "node:fs";
import { launch } from "./browser.mjs";
import { walkEngine } from "./journey.engine.mjs";
import { checkPages } from "./journey.pages.mjs";
import {
  createProject,
  editItem,
  giveIdea,
  moveByDrag,
  moveByKeyboard,
  undo,
} from "./journey.steps.mjs";
import { createReport } from "./report.mjs";

const base = process.env.HISHAMOS_URL;
const link = process.env.HISHAMOS_SIGN_IN_LINK;
if (!base || !link) {
  console.error("set HISHAMOS_URL and HISHAMOS_SIGN_IN_LINK (a fresh one-time sign-in link)");
  process.exit(2);
}
const shots = process.env.SHOTS_DIR ?? "test-results/journey";
mkdirSync(shots, { recursive: true });

const report = createReport();
const browser = await launch();
const context = await browser.newContext({
  viewport: { width: 1440, height: 900 },
  locale: "en-GB",
});
const page = await context.newPage();
report.watch(page, base);

/** Reads the API as the signed-in person, from inside the page. */
const api = (path, init) =>
  page.evaluate(
    async ([url, options]) => {
      const response = await fetch(url, options);
      return response.status === 204 ? null : await response.json();
    },
    [`/api/v1${path}`, init],
  );

const setLocale = (locale) =>
  api("/auth/me", {
    method: "PATCH",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ locale, theme: "light" }),
  });

const tools = { page, base, api, report, shots };

await report.step("the sign-in link opens the product and leaves no token behind", async () => {
  await page.goto(link);
  await page.waitForURL(/\/projects/);
  await page.locator("main h1").waitFor();
  if (page.url().includes("token")) throw new Error(`the token is still in ${page.url()}`);
  await setLocale("en");
  await page.reload();
});

const key = await report.step("a project can be created", () => createProject(tools));
if (key) {
  const execution = await report.step("an idea becomes cards on the board", () =>
    giveIdea(tools, key),
  );
  await report.step("the page shows the board that the API tells of", () => sameBoard(key));
  await report.step("a card moves by dragging, and stays after a reload", () =>
    moveByDrag(tools, key),
  );
  await report.step("a card moves by keyboard, and stays after a reload", () =>
    moveByKeyboard(tools, key),
  );
  await report.step("a card can be opened and edited", () => editItem(tools, key));
  await report.step("the page still shows the board that the API tells of", () => sameBoard(key));

  await walkEngine(tools, { locale: "en", look: "wide" });
  await setLocale("ar");
  await page.setViewportSize({ width: 390, height: 844 });
  await walkEngine(tools, { locale: "ar", look: "phone" });
  await page.setViewportSize({ width: 1440, height: 900 });

  const places = await allPlaces(key, execution);
  for (const locale of ["en", "ar"]) {
    await setLocale(locale);
    await checkPages(tools, { places, locale, name: "wide" });
    await page.setViewportSize({ width: 390, height: 844 });
    await checkPages(tools, { places, locale, name: "phone" });
    await page.setViewportSize({ width: 1440, height: 900 });
  }
  await setLocale("en");

  await report.step("everything works on a slow line (400 kbit/s, 400 ms)", () =>
    slowLine(key, places),
  );
  if (execution) {
    await report.step("the batch can be undone, except what was touched", () =>
      undo(tools, key, execution),
    );
  }
}

await browser.close();
report.finish();

async function sameBoard(project) {
  await page.goto(`${base}/projects/${project}`);
  const told = await api(`/projects/${project}/board`);
  const total = told.columns.reduce((sum, column) => sum + column.items.length, 0);
  if (total > 0) await page.locator("[data-card]").first().waitFor();
  const shown = await page.evaluate(() =>
    [...document.querySelectorAll("[data-column]")].map((column) => ({
      name: column.dataset.column,
      keys: [...column.querySelectorAll("[data-card]")].map((card) => card.dataset.card),
    })),
  );
  const expected = told.columns.map((column) => ({
    name: column.name,
    keys: column.items.map((item) => item.key),
  }));
  if (JSON.stringify(shown) !== JSON.stringify(expected)) {
    throw new Error(`shown ${JSON.stringify(shown)} but the API says ${JSON.stringify(expected)}`);
  }
}

async function allPlaces(project, execution) {
  const board = await api(`/projects/${project}/board`);
  const item = board.columns.flatMap((column) => column.items)[0];
  const { user } = await api("/auth/me");
  return [
    ["projects", "/projects"],
    ["board", `/projects/${project}`],
    ...(item ? [["item", `/projects/${project}/${item.key}`]] : []),
    ["executions", "/executions"],
    ...(execution ? [["execution", `/executions/${execution}`]] : []),
    ["settings-profile", "/settings/profile"],
    ["settings-sessions", "/settings/sessions"],
    ["settings-keys", "/settings/keys"],
    ["settings-models", "/settings/models"],
    ["platforms", "/admin/platforms"],
    ["health", "/admin/health"],
    ["model-groups", "/admin/model-groups"],
    ["prices", "/admin/prices"],
    ["today", "/admin/today"],
    ["usage", "/admin/usage"],
    ["budgets", "/admin/budgets"],
    ["rate-limits", "/admin/rate-limits"],
    ["ledger", "/admin/model-calls"],
    ["ai-access", "/admin/ai-access"],
    ["ai-access-edit", `/admin/ai-access?user=${user.id}`],
    ["virtual-keys", "/admin/virtual-keys"],
    ["encryption", "/admin/encryption"],
    ["not-found", "/nowhere"],
  ];
}

async function slowLine(project, places) {
  const slow = await browser.newContext({
    viewport: { width: 390, height: 844 },
    storageState: await context.storageState(),
  });
  const slowPage = await slow.newPage();
  report.watch(slowPage, base);
  const cdp = await slow.newCDPSession(slowPage);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", {
    offline: false,
    latency: 400,
    downloadThroughput: (400 * 1_000) / 8,
    uploadThroughput: (400 * 1_000) / 8,
  });
  slowPage.setDefaultTimeout(60_000);
  const start = Date.now();
  await slowPage.goto(`${base}/projects/${project}`, { timeout: 60_000, waitUntil: "commit" });
  await slowPage.locator("[data-card]").first().waitFor();
  console.log(`     first visit to the board: ${((Date.now() - start) / 1_000).toFixed(1)} s`);
  const again = Date.now();
  await slowPage.reload({ waitUntil: "commit", timeout: 60_000 });
  await slowPage.locator("[data-card]").first().waitFor();
  console.log(`     second visit: ${((Date.now() - again) / 1_000).toFixed(1)} s`);
  await slowPage.screenshot({ path: `${shots}/board.slow-line.png` });
  const item = places.find(([name]) => name === "item");
  if (item) {
    await slowPage.goto(base + item[1], { timeout: 60_000 });
    await slowPage.getByRole("dialog").locator("form").waitFor();
  }
  await slow.close();
}
