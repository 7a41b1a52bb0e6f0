import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { change, create, use } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { textOf } from './home-look.ts';
import type { HomeLook } from './home-look.ts';

/** What a rehearsal says of a file, for each of its outcomes. */
export interface Outcomes {
  readonly created: string;
  readonly changed: string;
  readonly used: string;
}

/**
 * Lets `act` do to a copy of a file what the platform does to the file, and answers what became of it. Throws what `act`
 * throws.
 */
export async function rehearse(look: HomeLook, path: string, act: () => Promise<Outcomes>): Promise<HomeItem> {
  const before = await textOf(look, path);
  const copy = join(look.copies, path);
  if (before !== undefined) await writeFile(copy, before, { mode: 0o600 });
  const { created, changed, used } = await act();
  if (before === undefined) return create(path, created);
  return (await readFile(copy, 'utf8')) === before ? use(path, used) : change(path, changed);
}
