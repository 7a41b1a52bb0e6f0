import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentEntry, AuthFile, ensureEntries, KeyStore } from '@volttron-ts/auth';
import type { KeyPair } from '@volttron-ts/auth';
import { afterAll } from 'vitest';

const made: string[] = [];

/** A fresh home, removed after the file's tests. */
export async function makeHome(config = ''): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'volttron-bad-'));
  made.push(home);
  if (config !== '') await writeFile(join(home, 'config'), `[volttron]\n${config}\n`, { mode: 0o600 });
  return home;
}

afterAll(async () => {
  for (const home of made.splice(0)) {
    await chmod(home, 0o700);
    await rm(home, { recursive: true, force: true });
  }
});

/** Gives agents keys and entries; answers the keys. */
export async function enter(home: string, ...identities: readonly string[]): Promise<readonly KeyPair[]> {
  const keys = new KeyStore(home);
  const pairs = await Promise.all(identities.map(async (identity) => keys.agent(identity)));
  const entries = identities.map((identity, index) => agentEntry(identity, pairs[index]!.publicKey));
  await ensureEntries(await AuthFile.open(join(home, 'auth.json')), entries);
  return pairs;
}
