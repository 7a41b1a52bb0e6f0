import { describe, expect, it } from 'vitest';

import { scratchFolder } from './scratch.ts';
import { trimmedWalk } from './walk/trimmed-walk.ts';
import { walk } from './walk/walk.ts';

const WALKS = 500;
const PER_TEST = 50;
/** On a machine that has other things to do, ms. */
const TIMEOUT = 120_000;

async function walks(first: number, walk: (seed: number, folder: string) => void): Promise<void> {
  const folder = await scratchFolder();
  for (let seed = first; seed < first + PER_TEST; seed++) {
    try {
      walk(seed, folder);
    } catch (error) {
      expect.fail(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
}

describe('replication with losses, restarts and restores', () => {
  it.each(Array.from({ length: WALKS / PER_TEST }, (_, index) => index * PER_TEST))(
    'over several hops loses nothing and doubles nothing in 50 walks from seed %i',
    (first) => walks(first, walk),
    TIMEOUT,
  );

  it(
    'from a journal that trims reports whatever a restored destination can no longer get',
    async () => {
      let lost = 0;
      await walks(1000, (seed, folder) => {
        lost += trimmedWalk(seed, folder);
      });
      expect(lost, 'nothing was put to the test').toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});
