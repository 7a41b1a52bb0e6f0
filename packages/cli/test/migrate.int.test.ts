import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { scratch } from './support/agent-package.ts';
import { Child } from './support/child.ts';
import { goldenHome, Platform, VOLTTRON } from './support/platform.ts';
import { vcfg } from './support/vctl.ts';

interface Report {
  readonly home: string;
  readonly starts: boolean;
  readonly items: readonly { readonly action: string; readonly path: string; readonly note: string }[];
}

type Files = Readonly<Record<string, string>>;

/** A home with these files, by their paths; a path that ends in `/` is a folder. */
async function homeWith(files: Files): Promise<string> {
  const home = join(await scratch(), 'home');
  await mkdir(home);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(path.endsWith('/') ? join(home, path) : dirname(join(home, path)), { recursive: true });
    if (!path.endsWith('/')) await writeFile(join(home, path), text);
  }
  return home;
}

async function check(home: string): Promise<{ code: number | null; report: Report; stderr: string }> {
  const { code, stdout, stderr } = await vcfg(['migrate', '--check', '--json', '--home', home]);
  return { code, stderr, report: JSON.parse(stdout) as Report };
}

const invalidIn = ({ items }: Report): string[] =>
  items.flatMap(({ action, path, note }) => (action === 'invalid' ? [`${path}: ${note}`] : []));

const notesOf = ({ items }: Report, action: string): string[] =>
  items.flatMap((item) => (item.action === action ? [`${item.path}: ${item.note}`] : []));

/** The exit code with which a platform ends on a home. */
async function exitCodeOn(home: string): Promise<number | null> {
  const platform = new Child(VOLTTRON, ['--home', home], { VOLTTRON_HOME: home });
  onTestFinished(() => platform.stop());
  return platform.ended;
}

const WEB =
  '[volttron]\ninstance-name = one\nvip-address = tcp://127.0.0.1:0\nbind-web-address = https://127.0.0.1:0\n';

/** Homes on which no platform starts, each with what the line says. */
const broken: readonly (readonly [what: string, files: Files, says: string])[] = [
  ['an unknown key in config', { config: '[volttron]\ncolour = blue\n' }, 'config: .*"colour" is no key'],
  [
    'a damaged key store',
    { keystore: '{"public": "x"}' },
    'keystore: .*home/keystore" is not usable.* Put a copy back',
  ],
  ['an auth.json that is no JSON', { 'auth.json': '{' }, 'auth.json: .*home/auth.json" is not usable.*line 1'],
  [
    'an auth.json of a newer version',
    { 'auth.json': '{"version": {"major": 2, "minor": 0}}' },
    'auth.json: .*version 2.0.* Change it with the release that wrote it',
  ],
  ['known hosts that are none', { known_hosts: '[]' }, 'known_hosts: .*home/known_hosts" is no list of known hosts'],
  ['protected topics that are none', { 'protected_topics.json': '[]' }, 'protected_topics.json: .*protected topics'],
  ['a folder in the place of a file', { 'protected_topics.json/': '' }, 'protected_topics.json: .*cannot be read'],
  [
    'a web certificate that is missing',
    { config: `${WEB}web-ssl-cert = /no/cert.pem\nweb-ssl-key = /no/key.pem\n` },
    'certificates: .*/no/cert.pem" cannot be read',
  ],
  [
    'a web certificate that is none',
    {
      config: `${WEB}web-ssl-cert = $VOLTTRON_HOME/cert.pem\nweb-ssl-key = $VOLTTRON_HOME/cert.pem\n`,
      'cert.pem': 'no PEM',
    },
    'certificates: .*home/cert.pem" cannot be used',
  ],
  [
    'web users that are none',
    { config: WEB, 'web-users.json': '[]' },
    'web-users.json: .*web-users.json" cannot be used',
  ],
];

describe('vcfg migrate --check', () => {
  it.each(broken)('says of %s what the platform would end with, and looks at the rest', async (_what, files, says) => {
    const home = await homeWith(files);
    const { code, report, stderr } = await check(home);
    expect(report).toMatchObject({ home, starts: false });
    expect(invalidIn(report)).toEqual([expect.stringMatching(new RegExp(`^${says}`))]);
    expect(notesOf(report, 'create').join('\n')).toContain('journal.sqlite: ');
    expect(stderr).toBe('');
    expect(await readdir(home)).toEqual(
      Object.keys(files)
        .map((path) => path.replace('/', ''))
        .toSorted(),
    );
    expect(code).not.toBe(0);
    expect(await exitCodeOn(home)).toBe(code);
  });

  it('names what is wrong with single entries, for which the platform starts all the same', async () => {
    const good = { user_id: 'a', credentials: 'A'.repeat(43) };
    const store = { config: { type: 'json', data: '{}' }, Config: { type: 'raw', data: '' }, odd: { type: 'yaml' } };
    const home = await homeWith({
      'auth.json': JSON.stringify({
        allow: [
          good,
          { ...good, user_id: 'b', credentials: 'short' },
          { ...good, user_id: 'c', address: '/localhost:0:.*/' },
        ],
        version: { major: 1, minor: 4 },
      }),
      'configuration_store/meter.store': JSON.stringify(store),
      'configuration_store/other.store': 'no JSON',
      'protected_topics.json': '{"write-protect": [{"topic": 1}]}',
      'external_platform_discovery.json': '[',
      'keystores/hand/keystore.json': '{}',
      'agents/1234/meter-1/x': '',
      'agents/1234/IDENTITY': 'meter',
    });
    const { code, report } = await check(home);
    expect({ code, starts: report.starts }).toEqual({ code: 0, starts: true });
    const found = invalidIn(report);
    for (const says of [
      /^auth\.json: allow entry 1 is ignored: .*credentials.* Correct it/,
      /^auth\.json: allow entry 2: .*localhost:0.* matches nobody.* Correct it/,
      /^configuration_store\/meter\.store: "Config" is left out: it differs from "config" in case only\. Store it again/,
      /^configuration_store\/meter\.store: "odd" is left out: its "data" is no text\./,
      /^configuration_store\/other\.store: It holds no JSON object\. Put a copy/,
      /^protected_topics\.json: Entry 0 of "write-protect" is left out: its "topic" is no text\. Correct it/,
      /^external_platform_discovery\.json: It holds no JSON object\./,
      /^keystores\/hand\/keystore\.json: The key store .* is not usable/,
      /^agents\/1234: meter-1 \(meter\) is no agent .* vctl remove 1234\./,
    ]) {
      expect(found).toContainEqual(expect.stringMatching(says));
    }
    expect(found.length, found.join('\n')).toBe(9);
    expect(notesOf(report, 'use')).toContain('configuration_store/meter.store: 1 configurations of meter');
  });

  it('names the settings of the original that ours does not heed', async () => {
    const settings = ['message-bus = rmq', 'setup-mode', 'allow-auth = False', 'agent-isolation-mode = True'];
    const home = await homeWith({ config: `[volttron]\ninstance-name = i\n${settings.join('\n')}\nlog = v.log\n` });
    const { code, report } = await check(home);
    expect(code).toBe(0);
    expect(invalidIn(report)).toEqual([]);
    const ignored = notesOf(report, 'ignore').join('\n');
    for (const key of ['message-bus = rmq', 'setup-mode', 'allow-auth', 'agent-isolation-mode', 'log']) {
      expect(ignored).toMatch(new RegExp(`^config: ${key}: `, 'm'));
    }
  });

  it('prints a line for each file and folder, and creates everything in an empty home', async () => {
    const home = await homeWith({ 'notes.txt': '' });
    const { code, stdout, stderr } = await vcfg(['migrate', '--check', '--home', home]);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `The platform would start on ${home}. Nothing was written.\n`,
    });
    expect(stdout).toMatch(/^create config +instance-name = .*\n/);
    expect(stdout).toMatch(/^create keystore +the platform's key\n/m);
    expect(stdout).toMatch(/^create keystores\/control\.connection\/ +for files in it\n/m);
    expect(stdout).toMatch(/^create known_hosts +the platform's own addresses, for its agents: @\n/m);
    expect(stdout).toMatch(/^ignore notes\.txt +it stays as it is\n$/m);
    expect(await readdir(home)).toEqual(['notes.txt']);
  });

  it('says that a platform runs on the home', async () => {
    const platform = await Platform.start(await goldenHome());
    onTestFinished(() => platform.stop());
    await platform.agentsStarted();
    const { code, report } = await check(platform.home);
    expect(code).toBe(69);
    expect(invalidIn(report)).toEqual([expect.stringMatching(/^VOLTTRON_PID: A platform runs on .* vctl shutdown/)]);
  });
});

describe('vcfg', () => {
  it('names in one line what it does not know, and a home that is none', async () => {
    const home = await homeWith({ file: '' });
    for (const [code, args] of [
      [2, ['migrate']],
      [2, ['migrate', '--check', '--hom', home]],
      [74, ['migrate', '--check', '--home', join(home, 'nowhere')]],
      [74, ['migrate', '--check', '--home', join(home, 'file')]],
    ] as const) {
      const ended = await vcfg(args);
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr).toMatch(/^vcfg: [^\n]+\n$/);
    }
    const unknown = await vcfg(['--json', 'configure']);
    expect(unknown.code).toBe(2);
    expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'usage' } });
  });
});
