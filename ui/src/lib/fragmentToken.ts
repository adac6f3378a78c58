// One-time links carry their token after "#", which browsers never send to a server. It is read
// once, kept in memory and taken out of the address bar and the history at once.
import { useSyncExternalStore } from "react";

let token: string | null = null;
const listeners = new Set<() => void>();

export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token");
}

export function takeFragmentToken() {
  const found = tokenIn(location.hash);
  if (found === null) return;
  token = found;
  history.replaceState(history.state, "", location.pathname + location.search);
  for (const listener of listeners) listener();
}

export function forgetFragmentToken() {
  token = null;
  for (const listener of listeners) listener();
}

export function useFragmentToken(): string | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      addEventListener("hashchange", takeFragmentToken);
      return () => {
        listeners.delete(listener);
        removeEventListener("hashchange", takeFragmentToken);
      };
    },
    () => token,
  );
}

export const hasFragmentToken = () => token !== null;
