import { chmod, chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { enter, makeHome } from './support/home.ts';
import { run, Running } from './support/run.ts';
import type { Ended, Run } from './support/run.ts';

const isRoot = process.getuid?.() === 0;

/** Runs `volttron`, and expects one line on standard error and this exit code; answers the line. */
async function failure(what: Omit<Run, 'program'>, code: number): Promise<string> {
  const ended = await run({ program: 'volttron', ...what });
  return lineOf(ended, code);
}

function lineOf({ code, stdout, stderr }: Ended, expected: number): string {
  const lines = stderr.split('\n').filter((line) => line !== '');
  expect({ lines, code, stdout }).toMatchObject({ code: expected, stdout: '' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^volttron: /);
  expect(stderr).not.toMatch(/^\s+at |node:internal/m);
  return lines[0]!;
}

const write = async (home: string, file: string, text: string): Promise<void> => {
  await mkdir(dirname(join(home, file)), { recursive: true });
  await writeFile(join(home, file), text, { mode: 0o600 });
};

describe.concurrent('volttron with bad input', () => {
  it('names an unknown option and the help', async () => {
    const line = await failure({ args: ['--hom', 'x'], home: await makeHome() }, 2);
    expect(line).toContain("Unknown option '--hom'");
    expect(line).toContain('volttron --help');
  });

  it('names every problem of a malformed config at once', async () => {
    const config = 'vip-address = tcp:/nowhere\nmessage-bus = carrier-pigeon\nshoe-size = 43\nbind-web-address = 17';
    const home = await makeHome(config);
    const line = await failure({ args: [], home }, 78);
    for (const named of ['vip-address', 'message-bus', 'shoe-size', 'bind-web-address', 'line 4 of config']) {
      expect(line).toContain(named);
    }
    expect(line).toContain('--show-config');
  });

  it('refuses a home that it may not read, with the command that helps', async () => {
    const home = await makeHome();
    if (isRoot) await chown(home, 65_534, 65_534);
    await chmod(home, 0o000);
    const line = await failure({ args: [], home, asNobody: true }, 74);
    expect(line).toContain(`VOLTTRON_HOME "${home}"`);
    expect(line).toContain(`chmod 700 ${home}`);
  });

  it('refuses a home that is a file', async () => {
    const home = join(await makeHome(), 'file');
    await writeFile(home, '');
    expect(await failure({ args: [], home }, 74)).toContain(home);
  });

  it.runIf(isRoot)('refuses a home of another user, even as root', async () => {
    const home = await makeHome();
    await chown(home, 65_534, 65_534);
    const line = await failure({ args: [], home }, 77);
    expect(line).toContain('belongs to user 65534, not to user 0');
    expect(line).toContain(`chown -R 0 ${home}`);
  });

  it("refuses root's home when it runs as somebody else", async () => {
    const home = isRoot ? await makeHome() : '/';
    if (isRoot) await chmod(home, 0o755);
    expect(await failure({ args: [], home, asNobody: true }, 77)).toContain('belongs to user 0');
  });

  it('names a VIP address that is in use', async () => {
    const port = await occupied();
    const home = await makeHome(`vip-address = tcp://127.0.0.1:${port}`);
    const line = await failure({ args: [], home }, 69);
    expect(line).toContain(`tcp://127.0.0.1:${port}`);
    expect(line).toMatch(/Stop the process|choose another/);
  });

  it('names a web address that is in use', async () => {
    const port = await occupied();
    const home = await makeHome(`bind-web-address = https://127.0.0.1:${port}`);
    const line = await failure({ args: [], home }, 69);
    expect(line).toContain(`Port ${port} of bind-web-address`);
    expect(line).toContain('choose another port');
  });

  it('gives the hosts line for a web name that does not resolve', async () => {
    const home = await makeHome('bind-web-address = https://nowhere.invalid:8443');
    const line = await failure({ args: [], home }, 69);
    expect(line).toContain('/etc/hosts: 127.0.0.1 nowhere.invalid');
  });

  it('does not start twice on one home', async () => {
    const home = await makeHome();
    const first = new Running({ program: 'volttron', args: [], home, told: true });
    await first.told();
    expect(await failure({ args: [], home }, 69)).toContain(home);
    expect((await first.stop()).code).toBe(0);
  });

  it.each([
    ['auth.json', '{"allow": [', 'auth.json'],
    ['auth.json', '[1, 2]', 'auth.json'],
    ['keystore', '{"public": 5}', 'keystore'],
    ['keystore', 'not json at all', 'keystore'],
    ['known_hosts', '{"@": "short"}', 'known_hosts'],
    ['web-users.json', '[]', 'web-users.json'],
    ['certificates/certs/campus-root-ca.crt', 'no certificate', 'campus-root-ca.crt'],
  ])('names a malformed %s (%s)', async (file, text, named) => {
    const home = await makeHome('instance-name = campus\nbind-web-address = https://127.0.0.1:0');
    if (file.startsWith('certificates')) await write(home, 'certificates/private/campus-root-ca.pem', 'no key');
    await write(home, file, text);
    const line = await failure({ args: [], home }, 78);
    expect(line).toContain(named);
    expect(line).toMatch(/Correct|[Pp]ut a copy back/);
  });

  it('names a file of the home that it may not read', async () => {
    const home = await makeHome();
    await writeFile(join(home, 'config'), '');
    if (isRoot) for (const path of [home, join(home, 'config')]) await chown(path, 65_534, 65_534);
    await chmod(join(home, 'config'), 0o000);
    const line = await failure({ args: [], home, asNobody: true }, 74);
    expect(line).toContain(join(home, 'config'));
    expect(line).toContain('Check its owner and mode');
  });

  it('names a web certificate that is not there', async () => {
    const home = await makeHome(
      'bind-web-address = https://127.0.0.1:0\nweb-ssl-cert = /nowhere/web.crt\nweb-ssl-key = /nowhere/web.key',
    );
    expect(await failure({ args: [], home }, 74)).toContain('/nowhere/web.crt');
  });

  it('names a journal that is no database', async () => {
    const home = await makeHome();
    await writeFile(join(home, 'journal.sqlite'), 'this is no database, and never was one'.repeat(100));
    expect(await failure({ args: [], home }, 74)).toContain('journal.sqlite');
  });
});

describe('volttron', () => {
  it.runIf(isRoot)('runs as root with one warning', async () => {
    const platform = new Running({ program: 'volttron', args: [], home: await makeHome(), told: true });
    await platform.told();
    const { code, stderr } = await platform.stop();
    const lines = stderr.trim().split('\n');
    expect(code).toBe(0);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 40, name: 'volttron.platform' });
    expect(lines[0]).toContain('runs as root');
  });

  it('is found by agents through a link to its home, and through a relative path', async () => {
    const home = await makeHome();
    await enter(home, 'listener');
    const link = join(await makeHome(), 'link');
    await symlink(home, link);
    const platform = new Running({ program: 'volttron', args: ['--home', relative('.', link)], home, told: true });
    await platform.told();
    const agent = new Running({
      program: 'volttron-agent',
      args: ['--no-wait', import.meta.resolve('@volttron-ts/listener')],
      home: link,
      told: true,
    });
    expect(await agent.told()).toMatchObject({ agent: 'listener' });
    expect((await agent.stop()).code).toBe(0);
    await platform.stop();
  });
});

/** A port of this host that somebody listens on until the test process ends. */
async function occupied(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1').unref();
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
