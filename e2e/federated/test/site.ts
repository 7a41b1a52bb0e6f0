import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startAgent } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import { FakePlatform, MemoryLog } from '@volttron-ts/agent/testing';
import { systemClock } from '@volttron-ts/connect';
import { onTestFinished } from 'vitest';

const run = promisify(execFile);
const VCTL = fileURLToPath(new URL('../../../node_modules/.bin/vctl', import.meta.url));
/** Debian's, which has grpcio. */
const PYTHON = '/usr/bin/python3';
export const script = (name: string): string => fileURLToPath(new URL(`python/${name}`, import.meta.url));

export async function scratchFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'federated-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Options of a channel, as `vctl certs quickstart grpc` writes them. */
export type Fragment = Readonly<Record<string, unknown>>;

const vctl = async (folder: string, ...args: readonly string[]): Promise<void> => {
  const env = { ...process.env, NODE_OPTIONS: '--conditions=@volttron-ts/source', VOLTTRON_HOME: join(folder, 'home') };
  await run(VCTL, ['certs', 'quickstart', 'grpc', ...args], { cwd: folder, env });
};

/** The seed's procedure on a server and so many clients, each in a folder of its own, by one command on each. */
export async function quickstart(folder: string, clients: number): Promise<{ server: Fragment; clients: Fragment[] }> {
  await writeFile(join(folder, 'passphrase'), 'open sesame\n');
  const passphrase = ['--passphrase-file', 'passphrase'];
  await vctl(folder, 'server', '--folder', 'server', ...passphrase);
  const made: Fragment[] = [];
  for (let n = 0; n < clients; n++) {
    const own = join(folder, `client${n}`);
    await vctl(folder, 'client', '--folder', own);
    await vctl(folder, 'sign', join(own, 'client.csr'), '--folder', 'server', ...passphrase);
    await writeFile(join(own, 'rootCA.pem'), await readFile(join(folder, 'server/rootCA.pem')));
    made.push(await fragmentOf(join(own, 'client.json')));
  }
  const server = await fragmentOf(join(folder, 'server/server.json'));
  const files = ['ssl_private_key', 'ssl_cert', 'ssl_root_cert'].map((name) => [
    name,
    join(folder, String(server[name])),
  ]);
  return { server: { ...server, ...(Object.fromEntries(files) as Fragment) }, clients: made };
}

const fragmentOf = async (path: string): Promise<Fragment> => JSON.parse(await readFile(path, 'utf8')) as Fragment;

/** An agent beside a platform in memory; its clock is the real one. */
export function startBeside(
  definition: AgentDefinition,
  folder: string,
  config: object,
): RunningAgent & { log: MemoryLog } {
  const log = new MemoryLog();
  const bus = new FakePlatform().connect(definition.name);
  const agent = startAgent(definition, { bus, log, clock: systemClock, dataFolder: folder, config: { ...config } });
  onTestFinished(() => agent.stop());
  return { vip: agent.vip, done: agent.done, stop: () => agent.stop(), log };
}

/** Runs a script of this test to its end; answers its output, or its exit code when it is not 0. */
export async function python(name: string, ...args: readonly string[]): Promise<string | number> {
  try {
    return (await run(PYTHON, [script(name), ...args])).stdout.trim();
  } catch (error) {
    const { code, stderr = '' } = error as { readonly code?: number; readonly stderr?: string };
    if (stderr !== '') throw error;
    return code ?? -1;
  }
}

/** Starts a script; answers its lines as they come. It ends with the test. */
export function startPython(name: string, ...args: readonly string[]): AsyncIterator<string> {
  const child = spawn(PYTHON, [script(name), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill();
  });
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

export async function writeOptions(folder: string, name: string, options: object): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, name);
  await writeFile(path, JSON.stringify(options));
  return path;
}
