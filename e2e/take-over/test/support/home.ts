import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRootCertificate, generateKeyPair, writePrivateKey } from '@volttron-ts/pki';
import { afterAll } from 'vitest';

/** Captured from VOLTTRON 9.0.4; their notice stands in e2e/golden/README.md. */
const golden = fileURLToPath(new URL('../../../golden/volttron-9.0.4/', import.meta.url));

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A copy of a captured home, with the modes of the original, at its own place and on ports that are free. */
export async function copyOf(name: 'vhomeA' | 'vhomeB'): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'take-over-')));
  folders.push(folder);
  const home = join(folder, name);
  cpSync(join(golden, name), home, { recursive: true });
  setModes(home, name);
  await useFreePorts(home, name);
  if (name === 'vhomeA') await makeWebKey(home);
  return home;
}

/** Git keeps no modes; the layouts that were captured with the homes have them. */
function setModes(home: string, name: string): void {
  const layout = readFileSync(join(golden, `${name}.layout.txt`), 'utf8');
  const modes = new Map(
    [...layout.matchAll(/^.([rwx-]{9}) \S+ \d+ \.\/(.*)$/gm)].map(([, mode = '', path = '']) => [path, octal(mode)]),
  );
  chmodSync(home, 0o755);
  // Git keeps no empty folders either.
  for (const folder of ['agents', 'certificates/private', 'configuration_store', 'packaged', 'run']) {
    mkdirSync(join(home, folder), { recursive: true });
  }
  for (const entry of readdirSync(home, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const usual = entry.isDirectory() ? 0o755 : entry.name === 'keystore.json' ? 0o600 : 0o644;
    chmodSync(path, modes.get(path.slice(home.length + 1)) ?? usual);
  }
}

const octal = (mode: string): number => parseInt(mode.replaceAll('-', '0').replaceAll(/[rwx]/g, '1'), 2);

async function useFreePorts(home: string, name: string): Promise<void> {
  const [vip, web] = [await freePort(), await freePort()];
  for (const file of ['config', 'known_hosts']) {
    const path = join(home, file);
    const text = readFileSync(path, 'utf8').replaceAll(`/srv/vtn/${name}`, home);
    writeFileSync(path, text.replaceAll(/(?<=127\.0\.0\.1:)239\d6/g, String(vip)).replaceAll(':18443', `:${web}`));
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The capture holds no private key, so the certificate of the web service is another one here. */
async function makeWebKey(home: string): Promise<void> {
  const { privateKey } = await generateKeyPair('P-256');
  const subject = { commonName: '127.0.0.1' };
  const validity = { days: 100 };
  const { pem } = createRootCertificate({ subject, privateKey, validity, clock: Date });
  writeFileSync(join(home, 'certificates/private/platform.web-server.pem'), writePrivateKey(privateKey), {
    mode: 0o600,
  });
  writeFileSync(join(home, 'certificates/certs/platform.web-server.crt'), pem);
}

/** A configuration store as the original writes it: one line, ASCII. */
export function writePythonStore(home: string, identity: string): string {
  const data = '{"\\u00e9": 1.0} # comment';
  const entry = { type: 'json', modified: '2026-11-22T10:13:34.123456+00:00', data };
  const text = JSON.stringify({ config: entry });
  write(home, `configuration_store/${identity}.store`, text);
  return text;
}

export function write(home: string, path: string, text: string): void {
  mkdirSync(dirname(join(home, path)), { recursive: true });
  writeFileSync(join(home, path), text);
}

/** A home of VOLTTRON 8: an older auth.json, a sparse configuration, nothing known, and the web without certificates. */
export async function olderHome(): Promise<string> {
  const home = await copyOf('vhomeB');
  for (const path of ['VOLTTRON_PID', 'known_hosts', 'configuration_store'])
    rmSync(join(home, path), { recursive: true });
  write(home, 'config', `[volttron]\ninstance-name = older\nvip-address = tcp://127.0.0.1:${await freePort()}\n`);
  write(home, 'config', `${read(home, 'config')}bind-web-address = https://127.0.0.1:${await freePort()}\n`);
  const auth = JSON.parse(read(home, 'auth.json')) as { allow: Record<string, unknown>[] };
  const isOld = ([field]: [string, unknown]): boolean => field !== 'rpc_method_authorizations';
  const allow = auth.allow.map((entry) => Object.fromEntries(Object.entries(entry).filter(isOld)));
  write(home, 'auth.json', JSON.stringify({ ...auth, allow, version: { major: 1, minor: 2 } }, null, 2));
  return home;
}

export const read = (home: string, path: string): string => readFileSync(join(home, path), 'utf8');

/** The public key of the one agent that is installed. */
export function publicKeyIn(home: string): string {
  const [path = ''] = readdirSync(join(home, 'agents'), { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('keystore.json'),
  );
  return (JSON.parse(read(home, join('agents', path))) as { public: string }).public;
}

/** An agent of ours that takes the configuration of Python's forwarder, and does nothing but live. */
export function writeSuccessor(folder: string): string {
  const dependencies = { '@volttron-ts/agent': '*' };
  const manifest = { name: 'forwarder', version: '6.0.0', type: 'module', main: 'agent.js', dependencies };
  write(folder, 'package.json', JSON.stringify(manifest));
  const config = "t.Object({ 'destination-vip': t.String(), 'destination-serverkey': t.String() })";
  const code = `export default defineAgent({ name: 'Forwarder', config: ${config} });`;
  write(folder, 'agent.js', `import { defineAgent, t } from '@volttron-ts/agent';\n${code}\n`);
  return folder;
}
