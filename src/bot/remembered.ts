const MOST = 500;

/** What was made for a key, while it is among the last few hundred: customers answer the same question in few ways. */
export class Remembered<T> {
  readonly #made = new Map<string, T>();

  async under(key: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#made.get(key);
    if (kept !== undefined) return kept;
    const made = await make();
    if (this.#made.size >= MOST) this.#made.clear();
    this.#made.set(key, made);
    return made;
  }
}
