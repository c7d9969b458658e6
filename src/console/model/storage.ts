/** A browser may refuse storage: then nothing is remembered. */
export function stored(name: string, storage: Storage = localStorage): string | null {
  try {
    return storage.getItem(name);
  } catch {
    return null;
  }
}

/** Null forgets it. */
export function keep(name: string, value: string | null, storage: Storage = localStorage): void {
  try {
    if (value === null) storage.removeItem(name);
    else storage.setItem(name, value);
  } catch {
    // Nothing is lost but the comfort.
  }
}
