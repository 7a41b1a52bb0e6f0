import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AuthFile, ensureEntries, platformEntry } from '@volttron-ts/auth';
import type { AuthContents, AuthEntry, AuthEntryInput } from '@volttron-ts/auth';
import { services } from '@volttron-ts/vip-core';
import { create, invalid } from './home-item.ts';
import type { HomeItem } from './home-item.ts';
import { publicKeyIn } from './home-look.ts';
import type { HomeLook } from './home-look.ts';
import { rehearse } from './rehearse.ts';

const PATH = 'auth.json';

/** Rehearses what the platform does to `auth.json`: an upgrade, and the entries of its own names. */
export async function lookAtAuth(look: HomeLook): Promise<readonly HomeItem[]> {
  const wanted = await ownEntries(look);
  const further: HomeItem[] = [];
  const item = await rehearse(look, PATH, async () => {
    const file = await AuthFile.open(join(look.copies, PATH));
    const opened = file.contents;
    const upgraded = (await readdir(look.copies)).some((name) => name.endsWith('.bak'));
    if (upgraded) further.push(create(`${PATH}.<uuid>.bak`, `${PATH} as it was before its upgrade`));
    const { problems, warnings, allow, deny } = await ensureEntries(file, wanted);
    const wrong = [...new Set([...opened.problems, ...problems, ...warnings])];
    for (const problem of wrong) further.push(invalid(PATH, `${problem}. Correct it in the file, or by vctl auth.`));
    const changes = [...(upgraded ? ['it is upgraded to version 1.4'] : []), ...gains(opened, allow, wanted)];
    const used = `${allow.length} entries let in, ${deny.length} keep out`;
    return { created: changes.join('; '), changed: `${changes.join('; ')}; else ${used}`, used };
  });
  return [item, ...further];
}

/** The entries that the platform sees to. */
async function ownEntries(look: HomeLook): Promise<AuthEntryInput[]> {
  const control = services.controlConnection;
  return [
    platformEntry('platform', await publicKeyIn(look, 'keystore')),
    platformEntry(control, await publicKeyIn(look, `keystores/${control}/keystore.json`)),
  ];
}

/** What each of the platform's own entries gains. */
function gains(before: AuthContents, now: readonly AuthEntry[], wanted: readonly AuthEntryInput[]): string[] {
  return wanted.flatMap(({ user_id: user = '' }) => {
    const then = before.allow.find((entry) => entry.user_id === user);
    const after = now.find((entry) => entry.user_id === user);
    if (then === undefined) return [`${user} gets an entry`];
    const names = Object.keys(after?.capabilities ?? {}).filter((name) => !Object.hasOwn(then.capabilities, name));
    return [
      ...(names.length === 0 ? [] : [`${user} gets ${names.join(', ')}`]),
      ...(then.credentials === after?.credentials ? [] : [`${user} gets the key of its key store`]),
    ];
  });
}
