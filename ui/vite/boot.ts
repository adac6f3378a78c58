// Puts src/app/boot.js into the page as a classic, blocking, hashed script, so that language,
// direction and theme are right before the first paint and no inline script weakens the CSP.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Plugin } from "vite";

const source = fileURLToPath(new URL("../src/app/boot.js", import.meta.url));

export function boot(): Plugin {
  let isBuild = false;
  const hashedName = () => {
    const hash = createHash("sha256").update(readFileSync(source)).digest("base64url").slice(0, 8);
    return `assets/boot-${hash}.js`;
  };
  return {
    name: "hishamos-boot",
    configResolved(config) {
      isBuild = config.command === "build";
    },
    generateBundle() {
      this.emitFile({
        type: "asset",
        fileName: hashedName(),
        source: readFileSync(source, "utf8"),
      });
    },
    transformIndexHtml() {
      const src = isBuild ? `/${hashedName()}` : "/src/app/boot.js";
      return [{ tag: "script", attrs: { src }, injectTo: "head-prepend" as const }];
    },
  };
}
