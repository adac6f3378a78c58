// What both TypeScript clients share: checks that are counted, and errors that must come.

let passed = 0;

export function setting(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

export function check(name: string, isSo: boolean, found?: unknown): void {
  if (!isSo) throw new Error(`${name}: ${JSON.stringify(found)}`);
  passed += 1;
}

/** The error of a kind and status, which must come. */
export async function raises<E extends { status?: number | undefined }>(
  name: string,
  kind: abstract new (...given: never[]) => E,
  status: number | undefined,
  ask: () => Promise<unknown>,
): Promise<E> {
  try {
    await ask();
  } catch (error) {
    if (!(error instanceof kind)) throw new Error(`${name}: no ${kind.name} but ${String(error)}`);
    check(name, error.status === status, error.status);
    return error;
  }
  throw new Error(`${name}: no error`);
}

export function end(): void {
  console.log(`${passed} passed, 0 failed`);
}
