import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TimeoutError, UnreachableError } from '@volttron-ts/vip-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AgentHandler } from '../src/agent-routes.ts';
import { WebRig } from './web-rig.ts';

let rig: WebRig;
beforeAll(async () => {
  rig = await WebRig.start();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** An agent at a path; answers what it was asked. */
function serve(path: string, call: AgentHandler['call'], format: AgentHandler['format'] = 'jsonrpc') {
  const asked: Parameters<AgentHandler['call']>[] = [];
  rig.agents.routes.set(path, {
    kind: 'handler',
    agent: 'plotter',
    format,
    call: (...args) => {
      asked.push(args);
      return call(...args);
    },
  });
  return asked;
}

const problemOf = (answer: { status: number; text: string; headers: object }): unknown[] => [
  answer.status,
  (JSON.parse(answer.text) as { code: string }).code,
];

describe('a request for an agent', () => {
  it('reaches it with the environment of VOLTTRON and a parsed body, and its answer comes back', async () => {
    const asked = serve('/plot/points', () => Promise.resolve({ ok: ['é中😀'] }));
    const headers = { cookie: 'theme=dark; __Host-volttron-1=secret', authorization: 'Bearer x', 'user-agent': 'test' };
    const answer = await rig.postJson('/plot/points?from=1&to=%32', { deep: { list: [1] } }, headers);
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(JSON.parse(answer.text)).toEqual({ ok: ['é中😀'] });
    expect(asked).toEqual([
      [
        {
          HTTP_USER_AGENT: 'test',
          PATH_INFO: '/plot/points',
          QUERY_STRING: 'from=1&to=%32',
          REQUEST_METHOD: 'POST',
          SERVER_PROTOCOL: 'HTTP/1.1',
          REMOTE_ADDR: '127.0.0.1',
          HTTP_COOKIE: 'theme=dark',
          CONTENT_TYPE: 'application/json',
          HTTP_AUTHORIZATION: 'Bearer x',
          SERVER_NAME: '127.0.0.1',
          'wsgi.url_scheme': 'https',
          HTTP_HOST: new URL(rig.address).host,
        },
        { deep: { list: [1] } },
      ],
    ]);
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('reaches it by %s', async (method) => {
    const asked = serve('/any method/é', (environment) => Promise.resolve([environment['PATH_INFO'] ?? '', []]));
    const answer = await rig.ask('/any%20method/%C3%A9', { method });
    expect(answer).toMatchObject({ status: 200, text: method === 'HEAD' ? '' : '/any method/é' });
    expect(asked[0]?.[0]).toMatchObject({ REQUEST_METHOD: method });
  });

  it('reaches it by a long path', async () => {
    const path = `/long/${'x'.repeat(900)}`;
    const asked = serve(path, () => Promise.resolve(null));
    await rig.ask(path);
    expect(asked[0]?.[0]['PATH_INFO']).toBe(path);
  });

  it('brings a body that is no JSON as text', async () => {
    const asked = serve('/form', () => Promise.resolve(null));
    await rig.ask('/form', { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a=é' });
    await rig.ask('/form', { method: 'POST', body: 'bare' });
    await rig.ask('/form', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '' });
    expect(asked.map(([, data]) => data)).toEqual(['a=é', 'bare', '']);
  });

  it.each([
    ['hangs', () => Promise.reject(new TimeoutError('route.callback', 60_000)), 504, 'agent-timeout'],
    ['leaves', () => Promise.reject(new UnreachableError('plotter')), 502, 'agent-failed'],
    ['fails', () => Promise.reject(new Error('at /secret/path')), 502, 'agent-failed'],
    [
      'answers a header with a line break',
      () => Promise.resolve(['x', [['X-A', 'b\r\nSet-Cookie: c']]]),
      502,
      'agent-failed',
    ],
    ['answers no status', () => Promise.resolve(['none', 'x', []]), 502, 'agent-failed'],
  ])('is answered by a problem document when it %s', async (_how, call, status, code) => {
    serve('/broken', call);
    const answer = await rig.ask('/broken');
    expect(problemOf(answer)).toEqual([status, code]);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.text).not.toContain('secret');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each([
    ['is too large', { body: 'x'.repeat((1 << 20) + 1) }, 413, 'body-too-large'],
    ['is no JSON', { body: '{"a":', headers: { 'content-type': 'application/json' } }, 400, 'bad-request'],
    [
      'is nested too deep',
      { body: '['.repeat(90_000) + ']'.repeat(90_000), headers: { 'content-type': 'application/json' } },
      400,
      'bad-request',
    ],
    [
      'comes from a page of another host',
      { body: '{}', headers: { origin: 'https://evil.example' } },
      403,
      'foreign-origin',
    ],
  ])('does not reach it when the body %s', async (_how, question, status, code) => {
    const asked = serve('/guarded', () => Promise.resolve(null));
    expect(problemOf(await rig.ask('/guarded', { method: 'POST', ...question }))).toEqual([status, code]);
    expect(asked).toEqual([]);
  });

  it('takes a body of one megabyte', async () => {
    const asked = serve('/large', () => Promise.resolve(null));
    await rig.ask('/large', { method: 'POST', body: 'x'.repeat(1 << 20) });
    expect(asked[0]?.[1]).toHaveLength(1 << 20);
  });

  it('never reaches it for a path of the platform’s own resources', async () => {
    const asked = ['/api/status', '/discovery/'].flatMap((path) => [serve(path, () => Promise.resolve('mine'))]);
    for (const path of ['/api/status', '/discovery/']) expect((await rig.ask(path)).text).toContain('central');
    expect(asked).toEqual([[], []]);
  });

  it('cannot weaken what protects the platform’s pages', async () => {
    const headers = [
      ['Content-Security-Policy', 'default-src *'],
      ['Strict-Transport-Security', 'max-age=0'],
      ['Set-Cookie', '__Host-volttron-1=mine'],
      ['Set-Cookie', 'own=1'],
      ['Connection', 'close'],
    ];
    serve('/weak', () => Promise.resolve(['200 OK', 'x', headers]));
    const answer = await rig.ask('/weak');
    expect(answer.headers).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'") as string,
      'strict-transport-security': 'max-age=31536000',
      'set-cookie': ['own=1'],
    });
  });

  it('a hundred that wait do not hold up the others', async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    serve('/slow', () => promise);
    const waiting = Array.from({ length: 100 }, () => rig.ask('/slow'));
    expect((await rig.ask('/discovery/')).status).toBe(200);
    resolve(1);
    expect((await Promise.all(waiting)).every(({ status, text }) => status === 200 && text === '1')).toBe(true);
  });
});

describe('files of an agent', () => {
  const directory = mkdtempSync(join(tmpdir(), 'agent-files-'));
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('are served by their path, and nothing beside them', async () => {
    const root = join(directory, 'root');
    mkdirSync(join(root, 'ui', 'deep'), { recursive: true });
    writeFileSync(join(directory, 'secret'), 'secret');
    for (const name of ['index.html', 'é 中.json', '.hidden', 'deep/a%41?#.js'])
      writeFileSync(join(root, 'ui', name), '1');
    symlinkSync(join(directory, 'secret'), join(root, 'ui', 'out'));
    symlinkSync(directory, join(root, 'ui', 'up'));
    symlinkSync(join(root, 'ui', 'index.html'), join(root, 'ui', 'in.html'));
    const files = { kind: 'files', agent: 'plotter', directory: root } as const;
    const statusOf = async (path: string) => {
      for (const one of [path, decodeURIComponent(path)]) rig.agents.routes.set(one, files);
      const { status, headers } = await rig.ask(path);
      return [status, headers['content-type']];
    };
    expect(await statusOf('/ui/index.html')).toEqual([200, 'text/html; charset=utf-8']);
    expect(await statusOf('/ui/in.html')).toEqual([200, 'text/html; charset=utf-8']);
    expect(await statusOf('/ui/%C3%A9%20%E4%B8%AD.json')).toEqual([200, expect.stringContaining('application/json')]);
    expect(await statusOf('/ui/deep/a%2541%3F%23.js')).toEqual([200, expect.stringContaining('javascript')]);
    const outside = ['/ui/out', '/ui/up/secret', '/ui/../../secret', '/ui/..%2f..%2fsecret', '/ui', '/ui/', '/ui/none'];
    for (const path of [...outside, '/ui/.hidden', '/ui/%2e%2e/%2e%2e/secret', '/']) {
      expect(await statusOf(path), path).toEqual([404, 'application/problem+json']);
    }
    expect((await rig.ask('/ui/index.html', { method: 'POST' })).status).toBe(405);
  });
});
