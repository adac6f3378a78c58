// Whether somebody signed in here and has not left. Only a hint that spares guests a refused
// request (and a red line in the console); the cookie, which scripts cannot see, is what counts.
const name = "hishamos.signedIn";

export function rememberSignedIn(isSignedIn: boolean) {
  try {
    if (isSignedIn) localStorage.setItem(name, "yes");
    else localStorage.removeItem(name);
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
