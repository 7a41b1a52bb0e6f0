import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { AuthFile, KeyStore, looseModes } from '../src/index.ts';
import { scratchFolder } from './scratch.ts';

async function usedHome(): Promise<string> {
  const home = await scratchFolder();
  await new KeyStore(home).platform();
  await new KeyStore(home).agent('meter');
  await (await AuthFile.open(join(home, 'auth.json'))).add({ credentials: 'A'.repeat(43) });
  return home;
}

describe('the modes of a home', () => {
  it('are right as we make it', async () => {
    expect(await looseModes(await usedHome())).toEqual([]);
    expect(await looseModes('/nowhere')).toEqual([]);
  });

  it.each([
    ['keystore', 0o640, 'read'],
    ['keystores/meter/keystore.json', 0o604, 'read'],
    ['keystore', 0o620, 'change'],
    ['auth.json', 0o666, 'change'],
    ['keystores', 0o777, 'change'],
    ['', 0o770, 'change'],
  ])('that let others at "%s" by %o are told', async (name, mode, what) => {
    const home = await usedHome();
    const path = join(home, name);
    await chmod(path, mode);
    expect(await looseModes(home)).toEqual([expect.stringContaining(`can ${what} ${path}: chmod go-`)]);
  });

  it('let everybody read what is no secret', async () => {
    const home = await usedHome();
    await chmod(home, 0o755);
    await chmod(join(home, 'auth.json'), 0o644);
    await writeFile(join(home, 'known_hosts'), '{}', { mode: 0o644 });
    await mkdir(join(home, 'agents'));
    expect(await looseModes(home)).toEqual([]);
  });
});
