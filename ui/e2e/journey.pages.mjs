// Every page, as it is: right direction, no violation of the accessibility rules, no sideways
// scrolling, a picture.
import { axe, sideways } from "./browser.mjs";

export async function checkPages({ page, base, report, shots }, { places, locale, name }) {
  for (const [place, path] of places) {
    await report.step(`${place} is fine (${name}, ${locale})`, async () => {
      await page.goto(base + path);
      await settled(page);
      const problems = [];
      const root = await page.evaluate(() => {
        const { lang, dir } = document.documentElement;
        return { lang, dir };
      });
      const wanted = locale === "ar" ? "rtl" : "ltr";
      if (root.lang !== locale || root.dir !== wanted) {
        problems.push(`the page is ${root.lang} ${root.dir}, not ${locale} ${wanted}`);
      }
      const over = await sideways(page);
      if (over > 0) problems.push(`it is ${over} px wider than the screen`);
      problems.push(...(await axe(page)));
      await page.screenshot({ path: `${shots}/${place}.${name}.${locale}.png` });
      if (problems.length > 0) throw new Error(problems.join("\n     "));
    });
  }
}

/** Loaded, with nothing shimmering and no animation on its way. */
async function settled(page) {
  await page.locator("main h1, main h2, [role=dialog]").first().waitFor();
  await page.waitForFunction(() => document.querySelector("[aria-busy=true]") === null);
  await page.waitForTimeout(350);
}
