// The screens of the workflow engine: executions, approvals, workflows and what starts them.
const seen = (text) => (page) => page.locator("main").getByText(text).first().waitFor();
const dialog = (page) => page.getByRole("dialog").locator("form").waitFor();
const graph = async (page) => {
  const picture = page.locator("main svg path[marker-end]").first();
  // A straight line has no height, which counts as hidden.
  await picture.waitFor({ state: "attached" });
  await picture.evaluate((path) => path.closest("section").scrollIntoView({ block: "center" }));
};

/** Opens the menu of the page and takes the entry with this icon: words differ, icons do not. */
const order = (icon) => async (page) => {
  await page.locator("header button[aria-haspopup=menu]").first().click();
  await page.locator(`[role=menuitem]:has(.lucide-${icon})`).click();
  await dialog(page);
};

export const engineScreens = [
  {
    name: "executions-many-filters",
    path: '/executions?status=["waiting_approval","failed"]&since=7d',
    ready: async (page, look) => {
      await page.locator("main li").first().waitFor();
      if (look.width < 600) await page.locator("search button[aria-expanded]").click();
    },
  },
  {
    name: "execution-waiting",
    path: "/executions/exe_01krelease",
    ready: (page) => page.locator("article form").waitFor(),
  },
  { name: "execution-graph", path: "/executions/exe_01krelease?view=graph", ready: graph },
  {
    name: "execution-graph-list",
    path: "/executions/exe_01krelease?view=graph",
    ready: async (page) => {
      await graph(page);
      await page.locator("button:has(.lucide-list)").click();
      await page.locator("ol > li > button").first().waitFor();
    },
  },
  {
    name: "execution-data",
    path: "/executions/exe_01krelfail?view=data",
    ready: seen("front-desk"),
  },
  {
    name: "execution-journal",
    path: "/executions/exe_01krelease?view=journal",
    ready: async (page) => {
      await page.locator("main summary").nth(3).click();
      await page.locator("main details[open] pre").waitFor();
    },
  },
  {
    name: "execution-checkpoints",
    path: "/executions/exe_01krelfail?view=checkpoints",
    ready: (page) => page.locator("main li .lucide-flag").first().waitFor(),
  },
  { name: "execution-linked", path: "/executions/exe_01kreldone", ready: seen("exe_01krelback") },
  {
    name: "execution-retry",
    path: "/executions/exe_01krelfail",
    ready: async (page) => {
      await page.locator("header button:has(.lucide-rotate-ccw)").click();
      await dialog(page);
    },
  },
  {
    name: "execution-resume-from",
    path: "/executions/exe_01krelfail",
    ready: order("skip-forward"),
  },
  { name: "execution-fork", path: "/executions/exe_01krelfail", ready: order("git-fork") },
  { name: "execution-rollback", path: "/executions/exe_01krelfail", ready: order("undo-2") },
  { name: "execution-signal", path: "/executions/exe_01krelease", ready: order("radio-tower") },
  {
    name: "execution-cancel",
    path: "/executions/exe_01krelease",
    ready: async (page) => {
      await page.locator("header button:has(.lucide-square)").click();
      await dialog(page);
    },
  },
  {
    name: "approvals",
    path: "/approvals",
    ready: (page) => page.locator("article").first().waitFor(),
  },
  {
    name: "approvals-refused-form",
    path: "/approvals",
    ready: async (page) => {
      await page.locator("article form button:has(.lucide-check)").first().click();
      await page.locator("[aria-invalid=true]").first().waitFor();
    },
  },
  {
    name: "approvals-decided",
    path: "/approvals?show=decided",
    ready: (page) => page.locator("article").first().waitFor(),
  },
  {
    name: "approvals-empty",
    scenario: "empty",
    path: "/approvals",
    ready: (page) => page.locator("main h2").waitFor(),
  },
  {
    name: "approval",
    path: "/approvals/apr_01k2",
    ready: (page) => page.locator("article pre, article form").first().waitFor(),
  },
  { name: "workflows", path: "/workflows", ready: seen("release_process") },
  {
    name: "workflows-empty",
    scenario: "empty",
    path: "/workflows",
    ready: (page) => page.locator("main h2").waitFor(),
  },
  {
    name: "workflows-import",
    path: "/workflows",
    ready: async (page) => {
      await page.locator("main button:has(.lucide-upload)").click();
      await dialog(page);
    },
  },
  { name: "workflow", path: "/workflows/release_process", ready: graph },
  {
    name: "workflow-start",
    path: "/workflows/release_process?start=true",
    ready: dialog,
  },
  {
    name: "workflow-definition",
    path: "/workflows/release_process?view=definition",
    ready: (page) => page.locator(".cm-line").nth(5).waitFor(),
  },
  {
    name: "workflow-problem",
    path: "/workflows/release_process?view=definition",
    ready: async (page) => {
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("    agnet: coding");
      await page.locator(".cm-lintRange-error").waitFor();
    },
  },
  {
    name: "workflow-complete",
    path: "/workflows/new",
    ready: async (page) => {
      await page.locator(".cm-content").click();
      await page.keyboard.press("Control+End");
      await page.keyboard.type("    re");
      await page.locator(".cm-tooltip-autocomplete").waitFor();
    },
  },
  {
    name: "workflow-revisions",
    path: "/workflows/release_process?view=revisions",
    ready: (page) => page.locator("main table ins").first().waitFor(),
  },
  { name: "templates", path: "/templates", ready: seen("Hotfix") },
  { name: "template-use", path: "/templates?template=hotfix", ready: dialog },
  { name: "schedules", path: "/triggers/schedules", ready: seen("Nightly release") },
  {
    name: "schedule-new",
    path: "/triggers/schedules?workflow=release_process",
    ready: async (page) => {
      await page.locator("main button:has(.lucide-plus)").click();
      await dialog(page);
      await page.locator("label:has(input[type=radio])").nth(1).click();
      await page.getByRole("dialog").locator("ol li").nth(4).waitFor();
    },
  },
  { name: "webhooks", path: "/triggers/webhooks", ready: seen("Build server") },
  {
    name: "webhook-created",
    path: "/triggers/webhooks",
    ready: async (page) => {
      await page.locator("main button:has(.lucide-plus)").click();
      await dialog(page);
      await page.getByRole("dialog").locator("input").fill("Payment provider");
      await page.getByRole("dialog").locator("select").selectOption("release_process");
      await page.getByRole("dialog").locator("button[type=submit]").click();
      await page.getByRole("dialog").locator("pre").nth(2).waitFor();
    },
  },
  { name: "event-triggers", path: "/triggers/events", ready: seen("work_item.created") },
];
