/**
 * What lmdb's `put` or `remove` promises. When it does not commit, its error carries a promise that rejects with the
 * reason; left alone, that one would end the process as unhandled.
 */
export async function committed(commit: Promise<boolean>): Promise<void> {
  try {
    await commit;
  } catch (error) {
    if (error instanceof Error && 'commitError' in error) await error.commitError;
    throw error;
  }
}
