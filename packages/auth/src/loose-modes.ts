import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Permission bits of others that a secret must not have, and those that a file must not have which decides who may. */
const READ_OR_WRITE = 0o077;
const WRITE = 0o022;

const SECRETS = ['keystore', 'audit.key', 'web-session-secret', 'web-users.json'];
const DECIDING = [
  '',
  'config',
  'auth.json',
  'known_hosts',
  'protected_topics.json',
  'audit.log',
  'audit.head',
  'keystores',
];

/** One line for each file of a home that other users of the host can read or write, and must not. */
export async function looseModes(home: string): Promise<string[]> {
  const agents = await readdir(join(home, 'keystores')).catch(() => []);
  const stores = agents.map((identity) => join('keystores', identity, 'keystore.json'));
  const lines = await Promise.all([
    ...[...SECRETS, ...stores].map((name) => looseMode(join(home, name), READ_OR_WRITE)),
    ...DECIDING.map((name) => looseMode(join(home, name), WRITE)),
  ]);
  return lines.filter((line) => line !== undefined);
}

async function looseMode(path: string, forbidden: number): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  const loose = (found?.mode ?? 0) & forbidden;
  if (loose === 0) return undefined;
  const what = (loose & WRITE) === 0 ? 'read' : 'change';
  return `other users of this host can ${what} ${path}: chmod go-${forbidden === WRITE ? 'w' : 'rwx'} ${path}`;
}
