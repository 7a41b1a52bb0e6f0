import { openKeyStoreFile } from '@volttron-ts/auth';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { documentedRows, lineOf, linesOf } from './support/document.ts';
import { copyOf, olderHome, publicKeyIn, read, write, writePythonStore, writeSuccessor } from './support/home.ts';
import { run, startPlatform } from './support/processes.ts';
import { differences, snapshot } from './support/snapshot.ts';
import type { Difference, Snapshot } from './support/snapshot.ts';

const KEY = 'BBBBNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1';

interface Home {
  readonly name: string;
  readonly make: () => Promise<string>;
  /** The rows of docs/take-over.md that come true when it is started and stopped. */
  readonly starts: readonly string[];
}

const web = 'first start with `bind-web-address`';
const homes: readonly Home[] = [
  { name: 'vhomeA', make: homeWithStore, starts: ['first start', web] },
  {
    name: 'vhomeB',
    make: () => copyOf('vhomeB'),
    starts: ['first start', 'a stop, when a platform that was killed had left it'],
  },
  {
    name: 'an older home',
    make: olderHome,
    starts: [
      ...['first start', 'first start without it', web, `${web} and without web users`],
      ...[`${web} and without \`web-ssl-cert\``, 'first start with an `auth.json` before version 1.4'],
      ...['first start without `instance-name` or `message-bus`', "first start without the platform's own addresses"],
    ],
  },
];

/** The captured home lacks its configuration store, which its layout names. */
async function homeWithStore(): Promise<string> {
  const home = await copyOf('vhomeA');
  writePythonStore(home, 'golden.cfg');
  return home;
}

const rows = documentedRows();
const commands = ['`vctl auth add`', '`vctl config store`'];

/** All lines that these reasons allow, and one for each row that must come true. */
function expectDocumented(found: readonly Difference[], reasons: readonly string[]): void {
  const due = rows.filter(({ when }) => reasons.includes(when));
  const lines = found.map(lineOf);
  const allowed = due.flatMap(linesOf);
  expect(lines.filter((line) => !allowed.includes(line))).toEqual([]);
  for (const row of due)
    expect(
      lines.some((line) => linesOf(row).includes(line)),
      `${row.file} ${row.what}`,
    ).toBe(true);
}

interface Entry {
  readonly user_id: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

const authOf = (text: string): { allow: Entry[]; version: unknown } =>
  JSON.parse(text) as { allow: Entry[]; version: unknown };

const textAt = (at: Snapshot, path: string): string => at.get(path)?.content?.toString() ?? '';

interface CheckReport {
  readonly starts: boolean;
  readonly items: readonly { readonly action: string; readonly path: string; readonly note: string }[];
}

describe.each(homes)('$name, taken over', ({ make, starts }) => {
  let home: string;
  let before: Snapshot;
  let check: CheckReport;
  let started: Snapshot;
  let changed: Snapshot;
  const seen = { serverKey: '', entries: [] as Entry[], hosts: '', agents: '', store: '' };

  beforeAll(async () => {
    home = await make();
    before = snapshot(home);
    check = JSON.parse((await run('vcfg', home, 'migrate', '--check', '--json', '--home', home)).stdout) as CheckReport;
    expect(differences(before, snapshot(home))).toEqual([]);
    await (await startPlatform(home)).stop();
    started = snapshot(home);
    const platform = await startPlatform(home);
    seen.serverKey = (await run('vctl', home, 'auth', 'serverkey')).stdout.trim();
    seen.entries = JSON.parse((await run('vctl', home, '--json', 'auth', 'list')).stdout) as Entry[];
    seen.hosts = (await run('vctl', home, '--json', 'auth', 'list-known-hosts')).stdout;
    seen.agents = (await run('vctl', home, '--json', 'list')).stdout;
    seen.store = (await run('vctl', home, 'config', 'get', '--raw', 'golden.cfg', 'config')).stdout;
    const added = await run('vctl', home, 'auth', 'add', '--user_id', 'newcomer', '--credentials', KEY);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    write(join(home, '..'), 'new.json', '{"é": 2.0}');
    const stored = await run('vctl', home, 'config', 'store', 'golden.cfg', 'new', join(home, '../new.json'));
    expect(stored).toMatchObject({ code: 0, stderr: '' });
    expect(await platform.stop()).toMatchObject({ code: 0 });
    changed = snapshot(home);
  });

  it('changes at a start only what docs/take-over.md lists', () => {
    expectDocumented(differences(before, started), starts);
  });

  it('changes by vctl auth add and vctl config store only what docs/take-over.md lists', () => {
    expectDocumented(differences(before, changed), [...starts, ...commands]);
    const own = ['audit.head changed 0600', 'audit.log changed 0600'];
    const byCommands = rows.filter(({ when }) => commands.includes(when)).flatMap(linesOf);
    const databases = /^(journal|enrolment)\.sqlite changed 0600$/;
    const lines = differences(started, changed).map(lineOf);
    expect(lines.filter((line) => ![...own, ...byCommands].includes(line) && !databases.test(line))).toEqual([]);
  });

  it('does what vcfg migrate --check had said, file by file', () => {
    expect(check.starts).toBe(true);
    const said = check.items.filter(({ action }) => action === 'change' || action === 'create');
    const name = (path: string): string => lineOf({ path, what: 'changed', mode: '' });
    const done = differences(before, started).map(({ path }) => name(path));
    expect(said.map(({ path }) => name(path)).toSorted()).toEqual(done.toSorted());
    for (const { action, path } of check.items) {
      const isThere = [...before.keys()].some((one) => one === path || one.startsWith(`${path.replace(/\/$/, '')}/`));
      expect(isThere, `${action} ${path}`).toBe(action !== 'create');
    }
  });

  it('keeps server key, entries, known hosts, agents and their keys', async () => {
    const { publicKey } = await openKeyStoreFile(join(home, 'keystore'));
    expect(seen.serverKey).toBe(publicKey);
    expect(textAt(changed, 'keystore')).toBe(textAt(before, 'keystore'));
    const kept = authOf(textAt(before, 'auth.json')).allow;
    expect(seen.entries.map(({ user_id }) => user_id)).toEqual(kept.map(({ user_id }) => user_id));
    const hosts = JSON.parse(textAt(before, 'known_hosts') || '{}') as object;
    expect(JSON.parse(seen.hosts)).toMatchObject(hosts);
    const keys = [...before.keys()].filter((path) => path.endsWith('keystore.json'));
    expect(keys.length).toBeGreaterThan(6);
    for (const path of keys) expect(textAt(changed, path), path).toBe(textAt(before, path));
    const agents = [...before.keys()].filter((path) => path.endsWith('/IDENTITY')).map((path) => textAt(before, path));
    expect(Object.keys(JSON.parse(seen.agents) as object)).toEqual(agents);
  });

  it('leaves auth.json as the original reads and writes it', () => {
    const text = textAt(changed, 'auth.json');
    const { allow, version } = authOf(text);
    expect(version).toEqual({ major: 1, minor: 4 });
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    const kept = authOf(textAt(before, 'auth.json')).allow;
    const expected = kept.map((entry) => ({
      // The upgrade of the original adds it (reference/vip-zmq.md §3.3).
      rpc_method_authorizations: {},
      ...entry,
      ...(entry.user_id === 'control.connection'
        ? { capabilities: { ...entry.capabilities, manage_agents: null } }
        : {}),
    }));
    expect(allow.slice(0, -1)).toEqual(expected);
    expect(Object.keys(allow.at(-1)!).toSorted()).toEqual(
      Object.keys(authOf(textAt(started, 'auth.json')).allow[0]!).toSorted(),
    );
    expect(allow.at(-1)).toMatchObject({ user_id: 'newcomer', credentials: KEY });
  });

  it('leaves configuration stores as the original reads and writes them', () => {
    const path = 'configuration_store/golden.cfg.store';
    const text = textAt(changed, path);
    // One line, ASCII.
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    const { new: added, ...kept } = JSON.parse(text) as Record<string, { modified: string }>;
    expect(kept).toEqual(JSON.parse(textAt(before, path) || '{}'));
    expect(added).toMatchObject({ type: 'json', data: '{"é": 2.0}' });
    expect(added?.modified).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
    if (before.has(path)) expect(seen.store).toContain('{"\\u00e9": 1.0} # comment');
  });
});

describe('what a captured home holds', () => {
  it('is an empty protected_topics.json, on which the platform starts', async () => {
    for (const name of ['vhomeA', 'vhomeB'] as const) {
      const home = await copyOf(name);
      expect(read(home, 'protected_topics.json')).toBe('');
      const platform = await startPlatform(home);
      const { stderr } = await platform.stop();
      expect(stderr).not.toMatch(/protected/i);
      expect(read(home, 'protected_topics.json')).toBe('');
    }
  });

  it('is the VOLTTRON_PID of a process that is gone, in whose place ours puts its own', async () => {
    const home = await copyOf('vhomeB');
    const stale = read(home, 'VOLTTRON_PID');
    const platform = await startPlatform(home);
    expect((await run('vctl', home, 'peerlist')).code).toBe(0);
    expect(read(home, 'VOLTTRON_PID')).not.toBe(stale);
    await platform.stop();
    expect(snapshot(home).has('VOLTTRON_PID')).toBe(false);
  });
});

describe('a Python agent of a home', () => {
  it('is not started, and gives its key, entry, configuration and tag to its successor', async () => {
    const home = await copyOf('vhomeB');
    const platform = await startPlatform(home);
    const keyOf = async (): Promise<unknown> =>
      JSON.parse((await run('vctl', home, '--json', 'auth', 'publickey')).stdout) as unknown;
    const key = { forwarder: { tag: 'fwd', publickey: publicKeyIn(home) } };
    expect(await keyOf()).toMatchObject(key);
    const refused = await run('vctl', home, 'start', '--name', 'forwarderagent-5.1');
    expect(refused.code).toBe(20);
    expect(refused.stderr).toContain('is a Python agent');
    const entries = (await run('vctl', home, 'auth', 'list')).stdout;
    const folder = writeSuccessor(join(home, '../successor'));
    const install = ['install', folder, '--vip-identity', 'forwarder'];
    expect((await run('vctl', home, ...install)).stderr).toContain('Pass --force option to re-install.');
    const installed = await run('vctl', home, ...install, '--force', '--start');
    expect(installed).toMatchObject({ code: 0, stderr: '' });
    expect(await keyOf()).toMatchObject(key);
    expect((await run('vctl', home, 'auth', 'list')).stdout).toBe(entries);
    expect((await run('vctl', home, 'peerlist')).stdout).toContain('forwarder\n');
    // Its schema takes the kept configuration only, else it would not have started.
    await platform.stop();
  });
});

describe('docs/take-over.md', () => {
  it('has no row that no home of these tests makes true', () => {
    const tried = new Set([...homes.flatMap(({ starts }) => starts), ...commands]);
    expect(rows.length).toBeGreaterThan(15);
    expect(rows.filter(({ when }) => !tried.has(when))).toEqual([]);
  });
});
