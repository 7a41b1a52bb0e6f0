import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { AuthFile } from '../src/index.ts';
import { scratchFolder, startChild } from './scratch.ts';

/** Of version 1.0, so that it is upgraded first. */
const before = { allow: [{ credentials: 'A'.repeat(43), user_id: 'first' }], version: { major: 1, minor: 0 } };

/** The users that are left after a kill before step n; `done` when the writer was through before it. */
async function usersAfter(n: number): Promise<{ readonly users: readonly string[]; readonly done: boolean }> {
  const path = join(await scratchFolder(), 'auth.json');
  await writeFile(path, JSON.stringify(before));
  const child = startChild('auth-file-crash', [path, String(n)]);
  child.stdout.resume();
  const [code] = (await once(child, 'exit')) as [number | null];
  const { contents } = await AuthFile.open(path);
  expect(contents.problems).toEqual([]);
  return { users: contents.allow.map((entry) => entry.user_id), done: code === 0 };
}

describe('an auth file whose writer is killed between any two steps', () => {
  it('says what it said before a change or after it', { timeout: 120_000 }, async () => {
    const seen: string[] = [];
    for (let n = 0; ; n += 3) {
      const kills = await Promise.all([n, n + 1, n + 2].map(usersAfter));
      seen.push(...kills.map(({ users }) => users.join('+')));
      if (kills.every(({ done }) => done)) break;
    }
    const states = seen.filter((state, at) => state !== seen[at - 1]);
    expect(states).toEqual(['first', 'first+second', 'second']);
    // Three writings of at least eight steps each, and a copy.
    expect(seen.length).toBeGreaterThan(24);
  });
});
