import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Providers } from "./app/Providers";
import { createQueryClient } from "./app/queryClient";
import { makeRouter } from "./app/router";
import { takeFragmentToken } from "./lib/fragmentToken";
import { startI18n, toLocale } from "./lib/i18n";
import { watchSignedIn } from "./lib/signedIn";
import { followSystemTheme } from "./lib/theme";
import "./app/styles.css";

takeFragmentToken();
followSystemTheme();
await startI18n(toLocale(document.documentElement.lang));

const leave = () => {
  queryClient.clear();
  void router.invalidate();
};
const queryClient = createQueryClient(leave);
const router = makeRouter(queryClient);
// Nothing that was read for one person may stay on the page of another.
watchSignedIn({ onLeft: leave, onEntered: () => location.reload() });

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
