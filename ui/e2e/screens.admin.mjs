// The screens of administration: platforms, money, keys.
const seen = (text) => (page) => page.locator("main").getByText(text).first().waitFor();
const row = (page) => page.locator("main li, main tbody tr").first().waitFor();
const used = (page) => page.locator("section[aria-labelledby=usage-by] tbody tr").first().waitFor();
const shownToday = (page) =>
  page.locator("section[aria-labelledby=today-people] tbody tr").first().waitFor();
const empty = (page) => page.locator("main h2").first().waitFor();
const ticked = (page) => page.getByRole("dialog").locator("input[type=checkbox]").first().waitFor();
const form = (page) => page.getByRole("dialog").locator("form").waitFor();

/** Presses the button of the page with this icon: words differ, icons do not. */
const press = async (page, icon, place = 0) => {
  await row(page);
  await page.locator(`main button:has(.lucide-${icon})`).nth(place).click();
};

/** Opens the menu of a row and takes the entry with this icon. */
const choose = async (page, icon) => {
  await row(page);
  await page.locator("main button[aria-haspopup=menu]").first().click();
  await page.locator(`[role=menuitem]:has(.lucide-${icon})`).click();
};

/** What opens a dialog with a form; gives that dialog. */
const opened = async (page, icon, take = press) => {
  await take(page, icon);
  await form(page);
  return page.getByRole("dialog");
};

/** The same as the whole of a screen. */
const open = (icon, take) => async (page) => {
  await opened(page, icon, take);
};

export const adminScreens = [
  {
    name: "platforms",
    path: "/admin/platforms",
    ready: async (page) => {
      await seen("openai")(page);
      await page.locator("main li svg.lucide-wallet-cards").waitFor();
    },
  },
  {
    name: "platforms-empty",
    scenario: "empty",
    path: "/admin/platforms",
    ready: empty,
  },
  {
    name: "platforms-forbidden",
    scenario: "viewer",
    path: "/admin/platforms",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  {
    name: "platforms-menu",
    path: "/admin/platforms",
    ready: async (page) => {
      await row(page);
      await page.locator("main button[aria-haspopup=menu]").first().click();
      await page.getByRole("menu").waitFor();
    },
  },
  {
    name: "platforms-kinds",
    path: "/admin/platforms",
    ready: async (page) => {
      await press(page, "plus");
      await page.getByRole("dialog").locator("li button").first().waitFor();
    },
  },
  {
    name: "platforms-add-failed",
    path: "/admin/platforms",
    ready: async (page) => {
      await press(page, "plus");
      await page.getByRole("dialog").locator("li button").nth(2).click();
      await form(page);
      await page.getByRole("dialog").locator("input[type=password]").fill("wrong");
      await page.getByRole("dialog").locator("button[type=submit]").click();
      await page.getByRole("dialog").getByRole("alert").waitFor();
    },
  },
  {
    name: "platforms-edit",
    path: "/admin/platforms",
    ready: open("pencil", choose),
  },
  {
    name: "platforms-edit-advanced",
    path: "/admin/platforms",
    ready: async (page) => {
      const dialog = await opened(page, "pencil", choose);
      await dialog.locator("button:has(.lucide-download)").click();
      await dialog.locator("input[type=checkbox]").first().waitFor();
      await dialog.locator("summary").click();
      await dialog.locator("details").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "platforms-order",
    path: "/admin/platforms",
    ready: async (page) => {
      await press(page, "list-ordered");
      await page.getByRole("dialog").locator("ol li").first().waitFor();
    },
  },
  {
    name: "platforms-remove",
    path: "/admin/platforms",
    ready: async (page) => {
      await choose(page, "trash-2");
      await page.getByRole("alertdialog").locator("span span").first().waitFor();
    },
  },
  {
    name: "platforms-tested",
    path: "/admin/platforms",
    ready: async (page) => {
      await press(page, "plug-zap");
      await page.locator("main [role=status]").getByText("gpt-4.1-mini").waitFor();
    },
  },
  { name: "health", path: "/admin/health", ready: row },
  { name: "health-empty", scenario: "empty", path: "/admin/health", ready: empty },
  { name: "model-groups", path: "/admin/model-groups", ready: row },
  { name: "model-groups-empty", scenario: "empty", path: "/admin/model-groups", ready: empty },
  {
    name: "model-groups-edit",
    path: "/admin/model-groups",
    ready: open("pencil"),
  },
  { name: "prices", path: "/admin/prices", ready: row },
  { name: "prices-empty", scenario: "empty", path: "/admin/prices", ready: empty },
  {
    name: "prices-new",
    path: "/admin/prices",
    ready: open("calendar-plus"),
  },
  {
    name: "prices-import",
    path: "/admin/prices",
    ready: async (page) => {
      await press(page, "file-up");
      await page
        .getByRole("dialog")
        .locator("textarea")
        .fill(
          [
            "platform,model,valid_from,input_micros,output_micros",
            "openai,gpt-4.1-mini,2026-01-01,400000,1600000",
            "anthropic,claude-sonnet-4-5,2026-12-01,3000000,15000000",
            "lab-server,llama-4-scout,soon,1,1",
          ].join("\n"),
        );
      await page.getByRole("dialog").locator("tbody tr").first().waitFor();
    },
  },
  { name: "today", path: "/admin/today", ready: shownToday },
  {
    name: "today-people",
    path: "/admin/today",
    ready: async (page) => {
      await shownToday(page);
      await page.locator("section[aria-labelledby=today-people]").scrollIntoViewIfNeeded();
    },
  },
  { name: "today-empty", scenario: "empty", path: "/admin/today", ready: empty },
  {
    name: "today-forbidden",
    scenario: "viewer",
    path: "/admin/today",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "usage", path: "/admin/usage", ready: used },
  {
    name: "usage-table",
    path: "/admin/usage?group=model&range=7d&measure=tokens",
    ready: async (page) => {
      await used(page);
      await page.locator("main summary").click();
      await page.locator("main details table").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "usage-breakdown",
    path: "/admin/usage?group=user&range=90d",
    ready: async (page) => {
      await used(page);
      await page.locator("main section table").last().scrollIntoViewIfNeeded();
    },
  },
  { name: "usage-empty", scenario: "empty", path: "/admin/usage", ready: empty },
  { name: "ledger", path: "/admin/model-calls", ready: row },
  { name: "ledger-none", path: "/admin/model-calls?agent=nobody&span=7d", ready: empty },
  { name: "ledger-empty", scenario: "empty", path: "/admin/model-calls", ready: empty },
  { name: "budgets", path: "/admin/budgets", ready: row },
  { name: "budgets-empty", scenario: "empty", path: "/admin/budgets", ready: empty },
  {
    name: "budgets-new",
    path: "/admin/budgets",
    ready: async (page) => {
      const dialog = await opened(page, "plus");
      await dialog.locator("select").selectOption("project");
      await dialog.locator("label:has(input[type=radio])").last().click();
      await dialog.locator("button[type=submit]").click();
      await dialog.locator("[aria-invalid=true]").first().waitFor();
    },
  },
  {
    name: "budgets-unknown",
    path: "/admin/budgets",
    ready: async (page) => {
      const dialog = await opened(page, "plus");
      await dialog.locator("select").selectOption("item");
      await dialog.locator("input:not([type=radio])").first().fill("CLINIC-999");
      await dialog.locator("input[inputmode=decimal]").fill("5");
      await dialog.locator("button[type=submit]").click();
      await dialog.locator("[aria-invalid=true]").first().waitFor();
    },
  },
  {
    name: "budgets-edit",
    path: "/admin/budgets",
    ready: open("pencil"),
  },
  { name: "rate-limits", path: "/admin/rate-limits", ready: row },
  {
    name: "rate-limits-edit",
    path: "/admin/rate-limits",
    ready: open("pencil"),
  },
  { name: "ai-access", path: "/admin/ai-access", ready: row },
  { name: "ai-access-none", path: "/admin/ai-access?q=nobody", ready: empty },
  {
    name: "ai-access-forbidden",
    scenario: "viewer",
    path: "/admin/ai-access",
    ready: (page) => page.getByRole("alert").waitFor(),
  },
  { name: "ai-access-edit", path: "/admin/ai-access?user=usr_01k7", ready: ticked },
  {
    name: "ai-access-models",
    path: "/admin/ai-access?user=usr_01k7",
    ready: async (page) => {
      await ticked(page);
      await page.getByRole("dialog").locator("fieldset ul").last().scrollIntoViewIfNeeded();
    },
  },
  {
    name: "ai-access-wrong",
    path: "/admin/ai-access?user=usr_01k7",
    ready: async (page) => {
      await ticked(page);
      const dialog = page.getByRole("dialog");
      await dialog.locator("input[inputmode=decimal]").first().fill("0");
      await dialog.locator("input[inputmode=decimal]").last().fill("much");
      await dialog.locator("button[type=submit]").click();
      await dialog.locator("[aria-invalid=true]").first().waitFor();
      await dialog.locator("button[type=submit]").scrollIntoViewIfNeeded();
    },
  },
  {
    name: "ai-access-nothing",
    path: "/admin/ai-access?user=usr_01kb",
    ready: form,
  },
  {
    name: "ai-access-full",
    path: "/admin/ai-access?user=usr_01k1",
    ready: form,
  },
  {
    name: "ai-access-reset",
    path: "/admin/ai-access?user=usr_01k7",
    ready: async (page) => {
      await ticked(page);
      await page.getByRole("dialog").locator("form > div:last-child button").first().click();
      await page.getByRole("alertdialog").locator("span span").first().waitFor();
    },
  },
  {
    name: "ai-access-unknown",
    path: "/admin/ai-access?user=usr_nobody",
    ready: (page) => page.getByRole("dialog").getByRole("alert").waitFor(),
  },
  { name: "virtual-keys", path: "/admin/virtual-keys", ready: row },
  { name: "virtual-keys-empty", scenario: "empty", path: "/admin/virtual-keys", ready: empty },
  {
    name: "virtual-keys-new",
    path: "/admin/virtual-keys",
    ready: open("plus"),
  },
  {
    name: "virtual-keys-created",
    path: "/admin/virtual-keys",
    ready: async (page) => {
      const dialog = await opened(page, "plus");
      await dialog.locator("input").first().fill("Editor");
      await dialog.locator("button[type=submit]").click();
      await dialog.locator("pre").nth(1).waitFor();
    },
  },
  {
    name: "encryption",
    path: "/admin/encryption",
    ready: (page) => page.locator("main dl").waitFor(),
  },
  {
    name: "encryption-rotate",
    path: "/admin/encryption",
    ready: async (page) => {
      await page.locator("main dl").waitFor();
      await page.locator("main button:has(.lucide-refresh-cw)").click();
      await page.getByRole("dialog").getByRole("switch").click();
    },
  },
];
