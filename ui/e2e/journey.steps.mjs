// The things a person does on the way.
const idea =
  process.env.IDEA ??
  "A clinic needs online appointment booking with SMS reminders for its patients.";
const patienceMs = Number(process.env.JOURNEY_TIMEOUT_S ?? 900) * 1_000;

export async function createProject({ page, base, shots }) {
  const name = `Journey ${Date.now().toString(36).slice(-5)}`;
  await page.goto(`${base}/projects`);
  await page.locator("main h1").waitFor();
  await page.getByRole("button", { name: "Create project" }).first().click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill(name);
  const key = `J${Date.now().toString(36).slice(-5).toUpperCase()}`;
  await dialog.getByLabel("Key").fill(key);
  await page.screenshot({ path: `${shots}/create-project.en.png` });
  await dialog.getByRole("button", { name: "Create project" }).click();
  await page.waitForURL(`**/projects/${key}`);
  await page.getByRole("heading", { name }).waitFor();
  await page.screenshot({ path: `${shots}/board-empty.en.png` });
  return key;
}

/** Types the idea, watches the bar rise and the cards come, and gives back the execution's id. */
export async function giveIdea({ page, api, shots }, key) {
  await page.locator("#idea").fill(idea);
  await page.getByRole("button", { name: "Start" }).click();
  await page.waitForURL(/execution=/);
  const id = new URL(page.url()).searchParams.get("execution");
  const bar = page.getByRole("progressbar");
  const end = Date.now() + patienceMs;
  let highest = 0;
  let isPictured = false;
  for (;;) {
    const { status, error } = await api(`/executions/${id}`);
    if (["completed", "failed", "cancelled"].includes(status)) {
      if (status !== "completed") throw new Error(`the execution ${status}: ${error?.message}`);
      break;
    }
    if (Date.now() > end) throw new Error(`still ${status} after ${patienceMs / 1_000} s`);
    if (await bar.isVisible()) {
      const now = Number(
        await bar.getAttribute("aria-valuenow", { timeout: 2_000 }).catch(() => highest),
      );
      if (now < highest) throw new Error(`the progress bar fell from ${highest} to ${now}`);
      highest = now;
      if (!isPictured && now > 0) {
        await page.screenshot({ path: `${shots}/board-working.en.png` });
        isPictured = true;
      }
    }
    await page.waitForTimeout(250);
  }
  // The cards must come by themselves: nobody reloads.
  const board = await api(`/projects/${key}/board`);
  const keys = board.columns.flatMap((column) => column.items.map((item) => item.key));
  if (keys.length === 0) throw new Error("the execution completed but the board has no cards");
  for (const each of keys) await page.locator(`[data-card="${each}"]`).waitFor({ timeout: 10_000 });
  await page.getByRole("button", { name: "Undo" }).waitFor();
  await page.screenshot({ path: `${shots}/board-made.en.png` });
  console.log(`     ${keys.length} cards, ${board.epics.length} epics`);
  return id;
}

async function columnOf(api, key, item) {
  const board = await api(`/projects/${key}/board`);
  return board.columns.find((column) => column.items.some((each) => each.key === item))?.name;
}

async function mustStandIn({ page, api }, key, item, column) {
  await page.locator(`[data-column="${column}"] [data-card="${item}"]`).waitFor({ timeout: 5_000 });
  const end = Date.now() + 5_000;
  while ((await columnOf(api, key, item)) !== column) {
    if (Date.now() > end) throw new Error(`the API does not say that ${item} is in ${column}`);
    await page.waitForTimeout(100);
  }
  await page.reload();
  await page
    .locator(`[data-column="${column}"] [data-card="${item}"]`)
    .waitFor({ timeout: 10_000 });
}

export async function moveByDrag(tools, key) {
  const { page, api, base, shots } = tools;
  await page.goto(`${base}/projects/${key}`);
  const board = await api(`/projects/${key}/board`);
  const item = board.columns[0].items[0]?.key;
  if (!item) throw new Error(`${board.columns[0].name} is empty: nothing to drag`);
  const to = board.columns[1].name;
  const card = page.locator("li", { has: page.locator(`[data-card="${item}"]`) }).last();
  await card.waitFor();
  await card.dragTo(page.locator(`[data-column="${to}"]`));
  await page.screenshot({ path: `${shots}/board-dragged.en.png` });
  await mustStandIn(tools, key, item, to);
}

export async function moveByKeyboard(tools, key) {
  const { page, api, base, shots } = tools;
  await page.goto(`${base}/projects/${key}`);
  const board = await api(`/projects/${key}/board`);
  const from = board.columns.findIndex((column) => column.items.length > 0);
  const to = board.columns[from + 2]?.name ?? board.columns[0].name;
  const item = board.columns[from].items[0].key;
  await page.locator(`[data-card="${item}"]`).focus();
  await page.keyboard.press("m");
  const menu = page.getByRole("menu");
  await menu.waitFor();
  await page.screenshot({ path: `${shots}/move-menu.en.png` });
  // The menu takes the focus after it has come, and moves it after a key: the next one waits.
  await page.waitForFunction(() => document.activeElement?.closest("[role=menu]"));
  const focused = () => page.evaluate(() => document.activeElement?.textContent);
  for (let press = 0, at = await focused(); at !== to; press += 1) {
    if (press === 12) throw new Error(`"${to}" is not in the menu`);
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction((before) => document.activeElement?.textContent !== before, at);
    at = await focused();
  }
  await page.keyboard.press("Enter");
  await menu.waitFor({ state: "detached" });
  await page.waitForFunction((wanted) => document.activeElement?.dataset.card === wanted, item);
  await mustStandIn(tools, key, item, to);
}

export async function editItem({ page, api, base, shots }, key) {
  const board = await api(`/projects/${key}/board`);
  const item = board.columns.flatMap((column) => column.items)[0];
  await page.goto(`${base}/projects/${key}`);
  await page.locator(`[data-card="${item.key}"]`).press("Enter");
  const panel = page.getByRole("dialog");
  await panel.locator("form").waitFor();
  const title = `${item.title} (edited)`;
  await panel.getByLabel("Title").fill(title);
  await panel.getByRole("button", { name: "Save" }).click();
  await page.getByText(`${item.key} was saved`).waitFor();
  await page.screenshot({ path: `${shots}/item-saved.en.png` });
  const saved = await api(`/work-items/${item.key}`);
  if (saved.title !== title) throw new Error(`the API still says "${saved.title}"`);
  await page.keyboard.press("Escape");
  await panel.waitFor({ state: "detached" });
  await page.waitForURL(`**/projects/${key}`);
}

export async function undo({ page, api, base, shots }, key, execution) {
  const before = await api(`/projects/${key}/board`);
  const touched = before.columns
    .flatMap((column) => column.items)
    .filter((item) => item.version > 1);
  await page.goto(`${base}/projects/${key}?execution=${execution}`);
  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("alertdialog").waitFor();
  await page.screenshot({ path: `${shots}/undo.en.png` });
  await page.getByRole("button", { name: "Remove them" }).click();
  await page
    .getByText(/items? (was|were) removed/)
    .first()
    .waitFor();
  const after = await api(`/projects/${key}/board`);
  const left = after.columns.flatMap((column) => column.items).map((item) => item.key);
  const missing = touched.filter((item) => !left.includes(item.key)).map((item) => item.key);
  if (missing.length > 0) throw new Error(`touched items were removed: ${missing.join(", ")}`);
  if (left.length > touched.length) {
    throw new Error(`${left.length} cards are left, but only ${touched.length} were touched`);
  }
}
