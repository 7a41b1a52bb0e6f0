import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Site } from './support/site.ts';

const run = promisify(execFile);
/** Debian's, which has grpcio. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = fileURLToPath(new URL('python/gateway.py', import.meta.url));
const HISTORIAN = fileURLToPath(new URL('../../../agents/historian', import.meta.url));

let folder: string;
let central: Site;
let node: Site;
let options: string;

/** Options of the script, with the files that `vctl certs request` keeps. */
async function optionsOf(identity: string): Promise<string> {
  const { home } = node.instance;
  const kept = join(home, 'certificates/remote_agents', identity);
  const file = join(folder, `${identity}.json`);
  const files = {
    key: join(home, `certificates/private/node.${identity}.pem`),
    cert: join(kept, `central.node.${identity}.crt`),
    root: join(kept, 'central_ca.crt'),
  };
  await writeFile(file, JSON.stringify({ target: central.grpcTarget, ...files }));
  return file;
}

const ask = async (file: string, ...args: readonly string[]): Promise<unknown> =>
  JSON.parse((await run(PYTHON, [SCRIPT, file, ...args])).stdout) as unknown;

/** A subscriber: its lines as they come. */
function subscribe(prefix: string): AsyncIterator<string> {
  const child = spawn(PYTHON, [SCRIPT, options, 'subscribe', prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill();
  });
  return createInterface({ input: child.stdout })[Symbol.asyncIterator]();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gateway-'));
  central = new Site(folder, 'central', 'zmq');
  node = new Site(folder, 'node', 'zmq');
  await central.prepare({ 'enable-csr': 'true', 'grpc-gateway-address': 'localhost:0' });
  await node.prepare();
  await central.start();
  await node.start();
  const history = join(folder, 'historian.json');
  const database = join(folder, 'history.sqlite');
  await writeFile(history, JSON.stringify({ connection: { type: 'sqlite', params: { database } } }));
  const identity = ['--vip-identity', 'platform.historian'];
  await central.run('vctl', 'install', HISTORIAN, ...identity, '--agent-config', history, '--start');
  await node.request(central, 'program');
  await central.approve('central.node.program');
  await node.request(central, 'program');
  options = await optionsOf('program');
}, 120_000);

afterAll(async () => {
  await Promise.all([central.stop(), node.stop()]);
  await rm(folder, { recursive: true, force: true });
}, 60_000);

describe('the gRPC gateway, from Python', () => {
  it('publishes in order, as the user of the certificate, and hears the bus', { timeout: 60_000 }, async () => {
    const heard = subscribe('devices/py');
    // Publications before the subscription stands are not heard; the first that is tells that it does.
    let first: IteratorResult<string> | undefined;
    const waiting = heard.next().then((line) => (first = line));
    while (first === undefined) {
      expect(await ask(options, 'publish', 'devices/py/early', '1')).toEqual({ taken: 1, rising: true });
    }
    await waiting;
    expect(await ask(options, 'publish', 'devices/py/all', '500')).toEqual({ taken: 500, rising: true });
    for (let n = 0; n < 500;) {
      const line = JSON.parse((await heard.next()).value as string) as { topic: string; message: [{ n: number }] };
      if (line.topic === 'devices/py/early') continue;
      expect(line).toMatchObject({ message: [{ n: n + 0.5 }, {}], sender: 'node.program' });
      n++;
    }
  });

  it('calls, with the rights of the user and no more', { timeout: 30_000 }, async () => {
    expect(await ask(options, 'call', 'control', 'identity_exists', '["nobody"]')).toBeNull();
    expect(await ask(options, 'call', 'control', 'shutdown', '[]')).toMatchObject({ status: 'PERMISSION_DENIED' });
    expect(await ask(options, 'call', 'nobody', 'x', '[]')).toMatchObject({ status: 'UNAVAILABLE' });
    expect(await ask(options, 'call', 'control', 'x', 'nonsense')).toMatchObject({ status: 'INVALID_ARGUMENT' });
  });

  it('asks the historian', { timeout: 60_000 }, async () => {
    await ask(options, 'publish', 'devices/py/history/all', '3');
    let answer: { readonly values?: readonly unknown[] };
    // Until the historian has read the journal.
    do answer = (await ask(options, 'query', 'py/history/n', '2')) as typeof answer;
    while ((answer.values?.length ?? 0) < 2);
    expect(answer).toMatchObject({
      values: [
        [expect.any(String), 2.5],
        [expect.any(String), 1.5],
      ],
    });
  });

  it('ends the calls of a certificate that is withdrawn, and lets it in no more', { timeout: 60_000 }, async () => {
    const heard = subscribe('devices/nothing');
    await ask(options, 'call', 'control', 'identity_exists', '["nobody"]');
    await central.deny('central.node.program');
    expect(JSON.parse((await heard.next()).value as string)).toMatchObject({ status: 'PERMISSION_DENIED' });
    expect(await ask(options, 'publish', 'devices/py/all', '1')).toMatchObject({
      status: 'PERMISSION_DENIED',
      details: expect.stringContaining('no longer') as string,
    });
  });
});
