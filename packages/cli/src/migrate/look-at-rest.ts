import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ignore } from './home-item.ts';
import type { HomeItem } from './home-item.ts';

/** What nothing was said of: a folder as a whole when nothing was said of anything in it. */
export async function lookAtRest(home: string, said: readonly HomeItem[]): Promise<readonly HomeItem[]> {
  const paths = said.map(({ path }) => path.replace(/\/$/, ''));
  return restOf(home, '', paths);
}

async function restOf(home: string, folder: string, said: readonly string[]): Promise<HomeItem[]> {
  const entries = await readdir(join(home, folder), { withFileTypes: true }).catch(() => []);
  const sorted = entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const items = await Promise.all(
    sorted.map(async (entry) => {
      const path = `${folder}${entry.name}`;
      const within = `${path}/`;
      if (entry.isDirectory() && said.some((one) => one.startsWith(within))) return restOf(home, within, said);
      if (said.includes(path)) return [];
      return [ignore(entry.isDirectory() ? within : path, 'it stays as it is')];
    }),
  );
  return items.flat();
}
