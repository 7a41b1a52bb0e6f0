import { describe, expect, it } from 'vitest';

import { scratchFolder } from './scratch.ts';
import { walk } from './walk/walk.ts';

const WALKS = 500;
const PER_TEST = 50;

describe('replication over several hops, with losses, restarts and restores', () => {
  it.each(Array.from({ length: WALKS / PER_TEST }, (_, index) => index * PER_TEST))(
    'loses nothing and doubles nothing in 50 walks from seed %i',
    async (first) => {
      const folder = await scratchFolder();
      for (let seed = first; seed < first + PER_TEST; seed++) {
        try {
          walk(seed, folder);
        } catch (error) {
          expect.fail(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        }
      }
    },
  );
});
