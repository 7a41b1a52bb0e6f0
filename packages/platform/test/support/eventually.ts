import { setTimeout as pause } from 'node:timers/promises';

/** The first answer that is not undefined. The test's own time limit is the only one. */
export async function eventually<T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(50);
  }
}
