// Every screen and state on the test double, wide and narrow, in three languages and both themes:
// pictures into $SHOTS_DIR for people, axe and console checks for the exit code.
// `npm run build` first. ONLY=board,item limits it to screens whose name contains a word.
import { mkdirSync } from "node:fs";
import { preview } from "vite";
import { axe, launch, sideways, watch } from "./browser.mjs";
import { screens } from "./screens.list.mjs";

const dir = process.env.SHOTS_DIR ?? "test-results/screens";
const only = process.env.ONLY?.split(",");
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

const server = await preview({ preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
const { port } = server.httpServer.address();
const base = `http://127.0.0.1:${port}`;
const browser = await launch();
let passed = 0;
let failed = 0;

async function reset(scenario, locale, theme, pace) {
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

async function visit(look, screen) {
  await reset(screen.scenario ?? "full", look.locale, look.theme, screen.pace);
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
  await context.close();
  return troubles;
}

for (const screen of screens) {
  if (only && !only.some((word) => screen.name.includes(word))) continue;
  for (const look of looks) {
    let troubles;
    try {
      troubles = await visit(look, screen);
    } catch (error) {
      troubles = [error.message.split("\n").slice(0, 4).join(" ")];
    }
    if (troubles.length === 0) passed += 1;
    else {
      failed += 1;
      console.log(`FAIL ${screen.name} ${look.name}`);
      for (const trouble of troubles) console.log(`     ${trouble}`);
    }
  }
}

await browser.close();
await server.close();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
