import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Providers } from "./app/Providers";
import { createQueryClient } from "./app/queryClient";
import { makeRouter } from "./app/router";
import { takeFragmentToken } from "./lib/fragmentToken";
import { startI18n, toLocale } from "./lib/i18n";
import { followSystemTheme } from "./lib/theme";
import "./app/styles.css";

takeFragmentToken();
followSystemTheme();
await startI18n(toLocale(document.documentElement.lang));

const queryClient = createQueryClient(() => {
  queryClient.clear();
  void router.invalidate();
});
const router = makeRouter(queryClient);

const mount = document.getElementById("root");
if (!mount) throw new Error("index.html has no #root");
createRoot(mount).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Providers>
        <RouterProvider router={router} />
      </Providers>
    </QueryClientProvider>
  </StrictMode>,
);
