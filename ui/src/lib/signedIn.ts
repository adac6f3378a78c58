// Whether somebody signed in here and has not left. Only a hint that spares guests a refused
// request (and a red line in the console); the cookie, which scripts cannot see, is what counts.
const name = "hishamos.signedIn";

/** Who did, by id; null once nobody is. */
export function rememberSignedIn(who: string | null) {
  try {
    if (who === null) localStorage.removeItem(name);
    else localStorage.setItem(name, who);
  } catch {
    // Without storage everyone is asked for.
  }
}

export function mayBeSignedIn(): boolean {
  try {
    return localStorage.getItem(name) !== null;
  } catch {
    return true;
  }
}

interface Turns {
  onLeft: () => void;
  /** Somebody came, or another person than before. */
  onEntered: () => void;
}

/** All tabs have one cookie: who leaves or enters in another tab does so in this one too. */
export function watchSignedIn({ onLeft, onEntered }: Turns) {
  globalThis.addEventListener("storage", ({ key, newValue }) => {
    // Without a key everything was taken away.
    if (key !== null && key !== name) return;
    if (newValue === null) onLeft();
    else onEntered();
  });
}
