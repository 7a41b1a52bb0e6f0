import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { agentEntry, AuthFile, generateKeyPair, KeyStore, KnownHosts } from '@volttron-ts/auth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { enter, makeHome } from './support/home.ts';
import { run, Running } from './support/run.ts';
import type { Ended, Run } from './support/run.ts';

const LISTENER = import.meta.resolve('@volttron-ts/listener');

function lineOf({ code, stdout, stderr }: Ended, expected: number): string {
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect({ lines, code, stdout }).toMatchObject({ code: expected, stdout: '' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^volttron-agent: /);
  return lines[0]!;
}

async function failure(what: Omit<Run, 'program'>, code: number): Promise<string> {
  return lineOf(await run({ program: 'volttron-agent', ...what }), code);
}

/** A home that an agent can start on, though no platform runs there. */
async function learned(): Promise<string> {
  const home = await makeHome();
  await new KnownHosts(home).add(`ipc://@${home}/run/vip.socket`, generateKeyPair().publicKey);
  return home;
}

describe.concurrent('volttron-agent with bad input', () => {
  it('asks for one agent, and names an unknown option', async () => {
    const home = await makeHome();
    expect(await failure({ args: [], home }, 2)).toContain('volttron-agent --help');
    expect(await failure({ args: ['--wait', LISTENER], home }, 2)).toContain("Unknown option '--wait'");
  });

  it('names a module that is not there, and one that is no agent', async () => {
    const home = await makeHome();
    expect(await failure({ args: ['@volttron-ts/nowhere'], home }, 2)).toMatch(/@volttron-ts\/nowhere.*Name an/);
    await writeFile(join(home, 'no-agent.mjs'), 'export default 17;\n');
    expect(await failure({ args: [join(home, 'no-agent.mjs')], home }, 2)).toMatch(/no-agent\.mjs.*defineAgent/);
    await writeFile(join(home, 'broken.mjs'), 'export default {\n');
    expect(await failure({ args: [join(home, 'broken.mjs')], home }, 2)).toContain('broken.mjs');
  });

  it('names a home that is not there, and one whose platform never ran', async () => {
    const home = await makeHome();
    expect(await failure({ args: [LISTENER], home: join(home, 'nowhere') }, 74)).toContain('nowhere');
    expect(await failure({ args: [LISTENER], home }, 77)).toMatch(/server key of ipc:.*known_hosts/);
  });

  it('names the file and every wrong key of a configuration', async () => {
    const home = await learned();
    const file = join(home, 'listener.config');
    await writeFile(file, '{"runtime_limit": "long", "log-level": 7, "shoe_size": 43}');
    const line = await failure({ args: ['--config', file, LISTENER], home }, 78);
    for (const named of [file, 'runtime_limit', 'log-level', 'shoe_size', 'Correct']) expect(line).toContain(named);
  });

  it('names a configuration that is no JSON object, or not there', async () => {
    const home = await learned();
    const file = join(home, 'listener.config');
    expect(await failure({ args: ['--config', file, LISTENER], home }, 74)).toContain(file);
    await writeFile(file, '{"runtime_limit": ');
    expect(await failure({ args: ['--config', file, LISTENER], home }, 78)).toContain(file);
    await writeFile(file, '[1]');
    expect(await failure({ args: ['--config', file, LISTENER], home }, 78)).toContain('holds no JSON object');
  });

  it('names keys in its environment that are no pair', async () => {
    const home = await learned();
    const { publicKey, secret } = generateKeyPair();
    const half = { AGENT_PUBLICKEY: publicKey };
    const line = await failure({ args: [LISTENER], home, environment: half }, 78);
    expect(line).toContain('AGENT_PUBLICKEY and AGENT_SECRETKEY are not the two halves of one pair');
    const foreign = { AGENT_PUBLICKEY: generateKeyPair().publicKey, AGENT_SECRETKEY: secret.reveal() };
    const other = await failure({ args: [LISTENER], home, environment: foreign }, 78);
    expect(other).not.toContain(secret.reveal());
    const broken = { AGENT_PUBLICKEY: publicKey, AGENT_SECRETKEY: 'short' };
    expect(await failure({ args: [LISTENER], home, environment: broken }, 78)).toContain('AGENT_');
  });

  it('runs shared agents for a platform only', async () => {
    const home = await makeHome();
    expect(await failure({ args: ['--shared'], home }, 2)).toContain('--shared is for the platform');
  });

  it('names a malformed key store of its own', async () => {
    const home = await learned();
    await enter(home, 'listener');
    await writeFile(join(home, 'keystores/listener/keystore.json'), '{"public": "x", "secret": "y"}');
    expect(await failure({ args: [LISTENER], home }, 78)).toContain('keystores/listener/keystore.json');
  });
});

describe('volttron-agent on a platform that runs', () => {
  let home: string;
  let platform: Running;
  let denied: string;

  beforeAll(async () => {
    home = await makeHome();
    const [listener] = await enter(home, 'listener');
    const keys = new KeyStore(home);
    denied = (await keys.agent('outcast')).publicKey;
    const file = await AuthFile.open(join(home, 'auth.json'));
    await file.add(agentEntry('outcast', denied), { list: 'deny' });
    // The thief's store holds the listener's pair.
    await mkdir(join(home, 'keystores/thief'), { recursive: true });
    await copyFile(join(home, 'keystores/listener/keystore.json'), join(home, 'keystores/thief/keystore.json'));
    expect((await keys.agent('thief')).publicKey).toBe(listener?.publicKey);
    platform = new Running({ program: 'volttron', args: [], home, told: true });
    await platform.told();
  });

  afterAll(async () => {
    await platform.stop();
  });

  const other = generateKeyPair().publicKey;
  const wrongKey = { VOLTTRON_SERVERKEY: other };

  it('ends with one line about a wrong server key under --no-wait', async () => {
    // The known key would be preferred, so this home knows another one for the same address.
    const address = `ipc://@${home}/run/vip.socket`;
    const elsewhere = await makeHome();
    const environment = { ...wrongKey, VOLTTRON_VIP_ADDR: address };
    const line = await failure({ args: ['--no-wait', LISTENER], home: elsewhere, environment }, 1);
    expect(line).toContain(address);
    expect(line).toMatch(/server key used here.*vctl auth serverkey/);
  });

  it('ends with one line about a key that known_hosts contradicts', async () => {
    const line = await failure({ args: ['--no-wait', LISTENER], home, environment: wrongKey }, 77);
    expect(line).toContain(other);
    expect(line).toContain('remove-known-host');
  });

  it('waits without --no-wait, and says once why', async () => {
    const environment = { ...wrongKey, VOLTTRON_VIP_ADDR: `ipc://@${home}/run/vip.socket` };
    const agent = new Running({ program: 'volttron-agent', args: [LISTENER], home: await makeHome(), environment });
    await agent.says('vctl auth serverkey');
    // Its greeting is overdue after 10 s: it has tried several times by then.
    await agent.says('It was started to wait instead');
    const { code, stderr } = await agent.stop();
    expect(stderr.match(/vctl auth serverkey/g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('ends with one line about a key that waits for approval', async () => {
    const { code, stderr } = await run({
      program: 'volttron-agent',
      args: ['--no-wait', '--identity', 'stranger', LISTENER],
      home,
    });
    const last = stderr.trim().split('\n').at(-1);
    expect({ code, last }).toMatchObject({ code: 1 });
    expect(last).toMatch(/^volttron-agent: .* has not approved the key [\w-]{43} yet\. Ask its operator/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('ends with one line about a denied key under --no-wait', async () => {
    const line = await failure({ args: ['--no-wait', '--identity', 'outcast', LISTENER], home }, 1);
    expect(line).toContain(`denies the key ${denied}`);
    expect(line).toContain('Ask its operator');
  });

  it('ends with one line when it claims the name of another key', async () => {
    const environment = { AGENT_VIP_IDENTITY: 'thief' };
    const line = await failure({ args: ['--no-wait', LISTENER], home, environment }, 1);
    expect(line).toMatch(/denies the key [\w-]{43}/);
  });
});
