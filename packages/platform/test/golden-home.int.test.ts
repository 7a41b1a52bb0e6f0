import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { services } from '@volttron-ts/vip-core';
import { expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { TestPlatform } from './support/test-platform.ts';

/** What a Python platform made in its home (e2e/golden), by path; agents and what people and remote peers brought aside. */
function layout(file: string): Map<string, number> {
  const path = new URL(`../../../e2e/golden/volttron-9.0.4/${file}`, import.meta.url);
  const lines = readFileSync(path, 'utf8').trim().split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [mode = '', , , name = ''] = line.split(' ');
      const own =
        /^\.\/(?!agents\/|certificates\/.*\.|configuration_store\/|keystores\/(golden|raw|bench|intruder|someone))/;
      return own.test(name) ? [[name.slice(2), modeOf(mode)] as const] : [];
    }),
  );
}

/** `rw-r-----` as bits. */
const modeOf = (text: string): number =>
  Number.parseInt(text.slice(1).replaceAll(/[^-]/g, '1').replaceAll('-', '0'), 2);

const ELSEWHERE = 'what the platform prints goes where its operator sends it';
const IN_DATABASE = 'the register of the CA, and what is asked of it, are in a database';

/** What a home of ours lacks at first, by how its path begins, and why. */
const ABSENT: Readonly<Record<string, string>> = {
  'auth.json.': 'auth.json is replaced whole: there is no half-written one to go back from',
  'certificates/ca_db': IN_DATABASE,
  'certificates/pending_': IN_DATABASE,
  'certificates/remote_certs': IN_DATABASE,
  'console.log': ELSEWHERE,
  'volttron.log': ELSEWHERE,
  agents: 'made with the first agent',
  packaged: 'an agent is unpacked where it stays',
  run: 'no socket or file of ours lies there',
  'protected_topics.json': 'no file is no protected topic',
  ...Object.fromEntries(
    [services.configStore, services.control, services.keyDiscovery, services.auth, services.health, services.web].map(
      (service) => [`keystores/${service}`, 'a service of ours is in the process of the platform, and needs no key'],
    ),
  ),
};
const isAbsent = (path: string): boolean => Object.keys(ABSENT).some((start) => path.startsWith(start));

it.each(['vhomeA.layout.txt', 'vhomeB.layout.txt'])(
  'a home of ours has the places of %s, open to nobody else',
  async (file) => {
    await using platform = await TestPlatform.start({ config: 'bind-web-address = https://127.0.0.1:0' });
    await platform.operator();
    // Written when the agents of the home have been started.
    await eventually(() => Promise.resolve(existsSync(join(platform.home, 'VOLTTRON_PID')) || undefined));
    const ours = new Set(readdirSync(platform.home, { recursive: true, encoding: 'utf8' }));
    const places = [...layout(file)].filter(([path]) => !isAbsent(path) || ours.has(path));
    expect(places.map(([path]) => path).filter((path) => !ours.has(path))).toEqual([]);
    for (const [path, mode] of places) expect(statSync(join(platform.home, path)).mode & 0o777 & ~mode, path).toBe(0);
    expect(places.map(([path]) => path)).toEqual(expect.arrayContaining(['auth.json', 'keystore', 'VOLTTRON_PID']));
  },
);
