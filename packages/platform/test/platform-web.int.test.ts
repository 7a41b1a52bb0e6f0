import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { t } from '@volttron-ts/agent';
import type { RunningAgent } from '@volttron-ts/agent';
import { agentEntry, KeyStore, Secret, WebUsers } from '@volttron-ts/auth';
import { systemClock } from '@volttron-ts/connect';
import { services, UnauthorizedError, UnreachableError } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { goldenCalls } from './support/golden-calls.ts';
import { enterPlatform, TestPlatform } from './support/test-platform.ts';

const web = services.web;
const config = 'bind-web-address = https://localhost:0';
let platform: TestPlatform;
let one: RunningAgent;
let two: RunningAgent;
let ca: string;

beforeAll(async () => {
  platform = await TestPlatform.start({ config });
  [one, two] = [await platform.enter('golden.one'), await platform.enter('two', { serve_files: null })];
  ca = await readFile(join(platform.home, 'certificates/certs/campus-root-ca.crt'), 'utf8');
});

afterAll(() => platform[Symbol.asyncDispose]());

const call = (agent: RunningAgent, method: string, ...args: readonly unknown[]): Promise<unknown> =>
  agent.vip.rpc.call(web, method, args);

interface Answer {
  readonly status: number;
  readonly text: string;
}

function ask(
  path: string,
  body?: unknown,
  { status, trust } = { status: platform.status, trust: ca },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const method = body === undefined ? 'GET' : 'POST';
    const url = new URL(status.webAddress!);
    const asked = request({ host: url.hostname, port: url.port, path, method, headers, ca: trust }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => (text += part));
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, text });
      });
    });
    asked.on('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function dial(path: string): WebSocket {
  const socket = new WebSocket(platform.status.webAddress!.replace('https:', 'wss:') + path, { ca });
  socket.on('error', () => undefined);
  onTestFinished(() => {
    socket.terminate();
  });
  return socket;
}

const event = (socket: WebSocket, name: string): Promise<unknown> =>
  new Promise((resolve) =>
    socket.once(name, (_first: unknown, second: unknown) => {
      resolve(name === 'unexpected-response' ? second : _first);
    }),
  );

describe('platform_web on the bus', () => {
  it('can what the Python one could: vip/rpc_inspect_platform_web.json', async () => {
    const [golden] = goldenCalls('rpc_inspect_platform_web', web);
    const { methods: theirs } = golden!.result as { methods: string[] };
    const { methods: ours } = (await call(one, 'inspect')) as { methods: string[] };
    expect(theirs.filter((method) => !ours.includes(method))).toEqual([]);
  });

  it('says where it is, whose, and which key the platform has', async () => {
    const { webAddress, serverKey } = platform.status;
    expect(await call(one, 'get_bind_web_address')).toBe(webAddress);
    expect(await call(one, 'get_volttron_central_address')).toBe(webAddress);
    expect(await call(one, 'get_serverkey')).toBe(serverKey);
    expect(serverKey).toHaveLength(43);
    expect(await call(one, 'print_websocket_clients')).toBeNull();
  });

  it('says whose a token is, and refuses one that is not ours', async () => {
    const users = await WebUsers.open({ home: platform.home, clock: systemClock });
    await users.setPassword('viewer', new Secret('a good password'), ['vui']);
    const token = await users.login('viewer', new Secret('a good password'));
    expect(await one.vip.web.getUserClaims(token)).toEqual({ user: 'viewer', groups: ['vui'] });
    await expect(one.vip.web.getUserClaims(`${token}x`)).rejects.toThrow(/not one of ours/);
  });

  it('is there only where the web is served', async () => {
    await using without = await TestPlatform.start();
    const agent = await without.enter('golden.one');
    expect(await agent.vip.peerlist.list()).not.toContain(web);
    await expect(call(agent, 'inspect')).rejects.toThrow(UnreachableError);
  });
});

describe('what agents serve', () => {
  it('an endpoint, until the agent leaves; nobody else may have it meanwhile', async () => {
    const three = await platform.enter('three');
    await three.vip.web.registerEndpoint('/three', (environment, data) => [environment['PATH_INFO'], data, 'é']);
    await expect(two.vip.web.registerEndpoint('/three', () => 'stolen')).rejects.toThrow(
      'Endpoint /three is already an endpoint',
    );
    await expect(three.vip.web.registerEndpoint('/three', (_environment, data) => ({ data }))).resolves.toBeUndefined();
    expect(await ask('/three?x=1', { a: '中' })).toEqual({ status: 200, text: '{"data":{"a":"中"}}' });
    await three.stop();
    expect((await ask('/three')).status).toBe(404);
    await two.vip.web.registerEndpoint('/three', () => 'free');
    expect((await ask('/three')).text).toBe('"free"');
  });

  it('nothing of an agent that left without a word', async () => {
    const silent = await platform.enter('silent');
    await call(silent, 'register_endpoint', '/silent', 'jsonrpc');
    await call(silent, 'register_websocket', '/silent');
    expect((await ask('/silent')).status).toBe(502);
    await silent.stop();
    await expect.poll(async () => (await ask('/silent')).status).toBe(404);
    await two.vip.web.registerWebsocket('/silent', {});
    await two.vip.web.unregisterWebsocket('/silent');
  });

  it('a request that waits for an agent that leaves is answered at once', async () => {
    const leaver = await platform.enter('leaver');
    const asked = Promise.withResolvers<undefined>();
    await leaver.vip.web.registerEndpoint('/leaver', () => {
      asked.resolve(undefined);
      return new Promise(() => undefined);
    });
    const answer = ask('/leaver');
    await asked.promise;
    void leaver.stop();
    expect(await answer).toMatchObject({ status: 502, text: expect.stringContaining('agent-failed') as string });
  });

  it('methods for paths, as Python’s agents register them: the last goes first, endpoints before all', async () => {
    for (const name of ['first', 'second']) {
      one.vip.rpc.export(name, {
        params: t.Tuple([t.Unknown({ title: 'env' }), t.Unknown({ title: 'data' })]),
        call: () => [name, [['Content-Type', 'text/plain']]],
      });
    }
    await call(one, 'register_agent_route', '^/paths/.*', 'first');
    await call(one, 'register_agent_route', '^/paths/(a|b)/?$', 'second');
    await one.vip.web.registerEndpoint('/paths/b/', () => 'endpoint');
    const texts = await Promise.all(['/paths/c', '/paths/a', '/paths/b/'].map(async (path) => (await ask(path)).text));
    expect(texts).toEqual(['first', 'second', '"endpoint"']);
    await call(one, 'unregister_all_agent_routes');
    expect((await ask('/paths/a')).status).toBe(404);
  });

  it.each([
    '/',
    '/api/x',
    '/discovery/',
    '/csr/request_new',
    '/admin',
    '/authenticate',
    '/gs',
    '/vui/x',
    '/Admin',
    '/index.html',
  ])('never %s, which is the platform’s own', async (path) => {
    const refusal = /cannot be served for an agent: .* is the platform's own/;
    await expect(call(one, 'register_endpoint', path, 'jsonrpc')).rejects.toThrow(refusal);
    await expect(call(one, 'register_websocket', path)).rejects.toThrow(refusal);
    await call(one, 'register_agent_route', '^/.*', 'first');
    expect((await ask(path)).text).not.toBe('first');
    await call(one, 'unregister_all_agent_routes');
  });

  it.each([
    ['register_endpoint', ['no/slash', 'jsonrpc'], /it is no path/],
    ['register_endpoint', ['/x', 'html'], /jsonrpc/],
    ['register_agent_route', ['^/admin/.*', 'm'], /the platform's own/],
    ['register_agent_route', ['(', 'm'], /a "\(" is not closed/],
    ['register_agent_route', ['(a)\\1', 'm'], /references back/],
    ['websocket_send', ['/nobody', 'x'], /not registered by/],
    ['unregister_websocket', ['/nobody'], /not registered by/],
  ])('%s(%j) is refused, with the reason', async (method, args, why) => {
    await expect(call(one, method, ...args)).rejects.toThrow(why);
  });

  it('is there again after the platform was started anew', { timeout: 60_000 }, async () => {
    const home = await mkdtemp(join(tmpdir(), 'platform-web-'));
    onTestFinished(() => rm(home, { recursive: true, force: true }));
    const before = await TestPlatform.start({ home, config });
    const trust = await readFile(join(home, 'certificates/certs/campus-root-ca.crt'), 'utf8');
    const { publicKey } = await new KeyStore(home).agent('plotter');
    await (await before.operator()).vip.rpc.call(services.auth, 'auth_file.add', [agentEntry('plotter', publicKey)]);
    const plotter = await enterPlatform(home, before.status, 'plotter');
    await plotter.vip.web.registerEndpoint('/plot', () => 'here');
    await before.stop();
    const after = await TestPlatform.start({ home, config });
    const there = { status: after.status, trust };
    await expect.poll(async () => (await ask('/plot', undefined, there)).text, { timeout: 30_000 }).toBe('"here"');
    await plotter.stop();
    await after.stop();
  });
});

describe('files of agents', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'agent-ui-'));
    await mkdir(join(directory, 'ui'));
    await writeFile(join(directory, 'ui', 'page.html'), '<p>é</p>');
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('are served for those who hold serve_files', async () => {
    await expect(one.vip.web.registerPath('^/ui/.*', directory)).rejects.toThrow(UnauthorizedError);
    expect((await ask('/ui/page.html')).status).toBe(404);
    await two.vip.web.registerPath('^/ui/.*', directory);
    expect(await ask('/ui/page.html')).toEqual({ status: 200, text: '<p>é</p>' });
    expect((await ask('/ui/../../etc/passwd')).status).toBe(404);
    expect((await ask('/ui/..%2f..%2f..%2f..%2fetc%2fpasswd')).status).toBe(404);
  });

  it('are never those of the platform’s home, nor of what is no directory', async () => {
    const refused = [platform.home, join(platform.home, 'keystores'), '/', join(platform.home, 'agents')];
    const installed = join(platform.home, 'agents', 'uuid', 'meter-1.0');
    await mkdir(join(installed, 'meter-1.0.dist-info'), { recursive: true });
    await mkdir(join(installed, 'pages'));
    refused.push(dirname(installed), installed, join(installed, 'meter-1.0.dist-info'));
    await two.vip.web.registerPath('^/own/.*', join(installed, 'pages'));
    for (const root of [...refused, join(directory, 'none'), join(directory, 'ui', 'page.html'), 'ui']) {
      await expect(two.vip.web.registerPath('^/own/.*', root), root).rejects.toThrow(/cannot be served for an agent/);
    }
  });
});

describe('web sockets of agents', () => {
  it('are let in by the agent, carry text both ways, and end with it', async () => {
    const chatter = await platform.enter('chatter');
    const texts: string[] = [];
    let closed = 0;
    await chatter.vip.web.registerWebsocket('/chat', {
      opened: (address) => address === '127.0.0.1' || address === '::1',
      received: (_endpoint, text) => void texts.push(text),
      closed: () => {
        closed++;
      },
    });
    const [socket, other] = [dial('/chat'), dial('/chat')];
    await Promise.all([event(socket, 'open'), event(other, 'open')]);
    socket.send('é中😀');
    await expect.poll(() => texts).toEqual(['é中😀']);
    const both = [event(socket, 'message'), event(other, 'message')];
    await chatter.vip.web.send('/chat', 'to all');
    expect((await Promise.all(both)).map(String)).toEqual(['to all', 'to all']);
    await expect(chatter.vip.web.send('/chat', 'x'.repeat((1 << 20) + 1))).rejects.toThrow(/1048576 bytes at most/);
    await expect(two.vip.web.send('/chat', 'forged')).rejects.toThrow(/not registered by "two"/);
    await expect(two.vip.web.unregisterWebsocket('/chat')).rejects.toThrow(/not registered by "two"/);
    await expect(two.vip.web.registerWebsocket('/chat', {})).rejects.toThrow('Endpoint /chat is already an endpoint');
    other.close();
    await expect.poll(() => closed).toBe(1);
    const gone = event(socket, 'close');
    await chatter.stop();
    expect(await gone).toBe(1001);
    expect(((await event(dial('/chat'), 'unexpected-response')) as { statusCode: number }).statusCode).toBe(404);
  });

  it('are refused when the agent says false', async () => {
    await two.vip.web.registerWebsocket('/closed', { opened: () => false });
    expect(((await event(dial('/closed'), 'unexpected-response')) as { statusCode: number }).statusCode).toBe(403);
    await two.vip.web.unregisterWebsocket('/closed');
    expect(((await event(dial('/closed'), 'unexpected-response')) as { statusCode: number }).statusCode).toBe(404);
  });
});
