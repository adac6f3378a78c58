import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { boot } from "./vite/boot";
import { mock } from "./vite/mock";

// HISHAMOS_URL points development at a real server; without it the test double answers.
const backend = process.env.HISHAMOS_URL;

export default defineConfig({
  plugins: [boot(), react(), tailwindcss(), ...(backend ? [] : [mock()])],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: { proxy: backend ? { "/api": backend, "/health": backend } : undefined },
  preview: { proxy: backend ? { "/api": backend, "/health": backend } : undefined },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
            { name: "tanstack", test: /node_modules\/@tanstack\// },
            { name: "radix", test: /node_modules\/(radix-ui|@radix-ui|@floating-ui)/ },
            // Only the page that edits definitions loads it.
            {
              name: "editor",
              test: /node_modules\/(@codemirror|@lezer|@marijn|style-mod|crelt|w3c-keyname)/,
            },
            { name: "vendor", test: /node_modules\/(?!@atlaskit)/ },
            // Few and cacheable: on a slow line each extra file is one more round trip. Dragging
            // and the editor are for some pages only.
            { name: "shared", test: /src\/(kit(?!\/(editor|order))|lib|api)\/|locales\/en/ },
          ],
        },
      },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    setupFiles: ["src/mocks/setup.ts"],
    restoreMocks: true,
    testTimeout: 60_000,
  },
});
