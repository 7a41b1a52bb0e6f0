import { text } from 'node:stream/consumers';
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { homeOf, openHome } from '../src/index.ts';
import { scratchFolder, startChild } from './scratch.ts';

/** No mode stops root: there the child runs as somebody whom it does. */
const isRoot = process.getuid?.() === 0;
const user = isRoot ? 65_534 : (process.getuid?.() ?? -1);

async function told(home: string): Promise<string[]> {
  const child = startChild('open-home', [home], isRoot ? user : undefined);
  const [out, complaint] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(complaint).toBe('');
  return out.trim().split('\n');
}

it('the home is VOLTTRON_HOME, else ~/.volttron', () => {
  expect(homeOf({ VOLTTRON_HOME: '/srv/v' })).toBe('/srv/v');
  expect(homeOf({ VOLTTRON_HOME: '~/v', HOME: '/home/x' })).toBe('/home/x/v');
  expect(homeOf({ HOME: '/home/x' })).toBe('/home/x/.volttron');
  expect(homeOf({ VOLTTRON_HOME: '' })).toBe(join(homedir(), '.volttron'));
});

describe('a home', () => {
  it('that is missing is made with mode 0700', async () => {
    const home = join(await scratchFolder(), 'a/b');
    await openHome(home);
    expect((await stat(home)).mode & 0o777).toBe(0o700);
    await openHome(home);
  });

  it('that is a file is an error', async () => {
    const home = join(await scratchFolder(), 'home');
    await writeFile(home, '');
    await expect(openHome(home)).rejects.toMatchObject({ code: 'home-unusable', value: home });
  });
});

describe('a home as a user without special rights sees it', () => {
  /** A folder the user may look into but not write to. */
  async function closedFolder(): Promise<string> {
    const folder = await scratchFolder();
    await chmod(folder, 0o555);
    return folder;
  }

  async function ownHome(mode: number): Promise<string> {
    const folder = await scratchFolder();
    await chmod(folder, 0o755);
    const home = join(folder, 'home');
    await mkdir(home);
    for (const name of ['keystore', 'config', 'auth.json']) await writeFile(join(home, name), '', { mode: 0o000 });
    await chown(home, user, -1);
    await chmod(home, mode);
    return home;
  }

  it('is an error when it belongs to somebody else', async () => {
    expect((await told('/'))[0]).toBe(
      `HomeForeignError: VOLTTRON_HOME "/" belongs to user 0, not to user ${user} who runs this.`,
    );
  });

  it('is an error when it cannot be read', async () => {
    expect((await told(await ownHome(0o300)))[0]).toMatch(/^HomeUnusableError: .*cannot be read and written.*EACCES/);
  });

  it('is an error when it cannot be made', async () => {
    expect((await told(join(await closedFolder(), 'home')))[0]).toMatch(/^HomeUnusableError: .*cannot be made.*EACCES/);
  });

  it('with unreadable files gives one clear error for each, and no new key', async () => {
    const home = await ownHome(0o700);
    const [opened, ...rest] = await told(home);
    expect(opened).toBe('done');
    expect(rest).toEqual(
      ['keystore', 'config', 'auth.json'].map(
        (name) =>
          expect.stringMatching(
            `^FileUnreadableError: The file "${join(home, name)}" cannot be read: EACCES`,
          ) as string,
      ),
    );
    expect((await stat(join(home, 'keystore'))).size).toBe(0);
  });
});
