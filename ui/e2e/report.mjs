import { watch } from "./browser.mjs";

/** Counts what passed and failed; what a page complained of fails the step it happened in. */
export function createReport() {
  const watched = [];
  let passed = 0;
  let failed = 0;

  const troubles = () => watched.flatMap((list) => list.splice(0));

  return {
    watch(page, base) {
      watched.push(watch(page, base));
    },
    /** `expected` is what the page may complain of: the browser logs each refusal of the server. */
    async step(name, act, expected) {
      const start = Date.now();
      try {
        const value = await act();
        const heard = troubles().filter((trouble) => !expected?.test(trouble));
        if (heard.length > 0) throw new Error(heard.join("\n     "));
        passed += 1;
        console.log(`ok   ${name} (${((Date.now() - start) / 1_000).toFixed(1)} s)`);
        return value;
      } catch (error) {
        failed += 1;
        const heard = troubles();
        console.log(`FAIL ${name}\n     ${[error.message, ...heard].join("\n     ")}`);
        return undefined;
      }
    },
    finish() {
      console.log(`${passed} passed, ${failed} failed`);
      process.exit(failed === 0 ? 0 : 1);
    },
  };
}
