// Every screen and state on the test double, wide and narrow, in three languages and both themes:
// pictures into $SHOTS_DIR for people, axe and console checks for the exit code.
// `npm run build` first. ONLY=board,item limits it to screens whose name contains a word;
// RETRY=1 visits a screen that failed once more, for machines whose load nobody knows, and names it.
import { mkdirSync } from "node:fs";
import { preview } from "vite";
import { axe, launch, sideways, watch } from "./browser.mjs";
import { screens } from "./screens.list.mjs";

const dir = process.env.SHOTS_DIR ?? "test-results/screens";
const only = process.env.ONLY?.split(",");
const tries = process.env.RETRY ? 2 : 1;
mkdirSync(dir, { recursive: true });

const looks = [
  { name: "wide-en-light", width: 1440, height: 900, locale: "en", theme: "light" },
  { name: "wide-ar-light", width: 1440, height: 900, locale: "ar", theme: "light" },
  { name: "wide-en-dark", width: 1440, height: 900, locale: "en", theme: "dark" },
  { name: "phone-en-light", width: 390, height: 844, locale: "en", theme: "light" },
  // German words are the longest of the five languages.
  { name: "phone-de-light", width: 390, height: 844, locale: "de", theme: "light" },
  { name: "phone-ar-dark", width: 390, height: 844, locale: "ar", theme: "dark" },
].filter((look) => !process.env.LOOKS || process.env.LOOKS.split(",").includes(look.name));

const browser = await launch();
let passed = 0;
let failed = 0;

async function reset(base, scenario, locale, theme, pace) {
  await fetch(`${base}/__mock/reset`, {
    method: "POST",
    body: JSON.stringify({ scenario, pace }),
  });
  if (["setup", "signed-out"].includes(scenario)) return;
  await fetch(`${base}/api/v1/auth/me`, {
    method: "PATCH",
    body: JSON.stringify({ locale, theme }),
  });
}

async function visit(base, look, screen) {
  await reset(base, screen.scenario ?? "full", look.locale, look.theme, screen.pace);
  const context = await browser.newContext({
    viewport: { width: look.width, height: look.height },
    hasTouch: look.width < 600,
    reducedMotion: "no-preference",
  });
  await context.addInitScript(
    ([locale, theme]) => {
      localStorage.setItem("hishamos.locale", locale);
      localStorage.setItem("hishamos.theme", theme);
      localStorage.setItem("hishamos.signedIn", "yes");
    },
    [look.locale, look.theme],
  );
  try {
    return await examine(context, base, look, screen);
  } finally {
    await context.close();
  }
}

async function examine(context, base, look, screen) {
  const page = await context.newPage();
  // Answers that a screen breaks on purpose are logged by the browser itself.
  const troubles = watch(page, base, (text) => text.includes("Failed to load resource"));
  if (screen.before) await screen.before(page);
  await page.goto(base + screen.path);
  await screen.ready(page, look);
  // Pictures show where things come to rest.
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${dir}/${screen.name}.${look.name}.png` });
  troubles.push(...(await axe(page)));
  const overflow = await sideways(page);
  if (overflow > 0) troubles.push(`the page is ${overflow} px wider than the screen`);
  return troubles;
}

const wanted = screens.filter(({ name }) => !only || only.some((word) => name.includes(word)));

/** Visits a screen, as often as it may be tried; says what troubled it. */
async function passes(base, look, screen) {
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const start = Date.now();
    let troubles;
    try {
      troubles = await visit(base, look, screen);
    } catch (error) {
      troubles = [error.message.split("\n").slice(0, 4).join(" ")];
    }
    const took = ((Date.now() - start) / 1_000).toFixed(1);
    if (troubles.length === 0) {
      if (attempt > 1) {
        console.log(`FLAKY ${attempt}/${tries} [${took}s] ${screen.name} ${look.name}`);
      }
      return true;
    }
    console.log(`FAIL ${screen.name} ${look.name} (try ${attempt} of ${tries}, ${took} s)`);
    for (const trouble of troubles) console.log(`     ${trouble}`);
  }
  return false;
}

/** All screens in one look, on a server of its own: its state is that look's alone. */
async function visitAll(look) {
  const server = await preview({
    preview: { port: 0, host: "127.0.0.1" },
    logLevel: "error",
  });
  const base = `http://127.0.0.1:${server.httpServer.address().port}`;
  for (const screen of wanted) {
    if (await passes(base, look, screen)) passed += 1;
    else failed += 1;
  }
  await server.close();
}

// Two looks side by side: half of the time a page only waits.
const queue = [...looks];
async function lane() {
  for (let look = queue.shift(); look; look = queue.shift()) await visitAll(look);
}
await Promise.all([lane(), lane()]);

await browser.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
