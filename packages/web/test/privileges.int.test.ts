import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebRig } from './web-rig.ts';
import type { Answer } from './web-rig.ts';

/** Each route that changes something, and the body that it would take. */
const changing = [
  ['POST', '/api/key-requests/k1/approve'],
  ['POST', '/api/key-requests/k1/deny'],
] as const;
const json = { 'content-type': 'application/json' };

let rig: WebRig;
let cookie: string;
beforeAll(async () => {
  rig = await WebRig.start();
  cookie = await rig.logIn();
});
afterAll(() => rig[Symbol.asyncDispose]());

function problem({ text, headers }: Answer): { code: string; status: number } {
  expect(headers['content-type']).toBe('application/problem+json');
  return JSON.parse(text) as { code: string; status: number };
}

describe.each(changing)('%s %s', (method, path) => {
  it('decides for who is logged in, and tells who and where from', async () => {
    const done = rig.keys.decisions.length;
    const { status } = await rig.postJson(path, {}, { cookie });
    expect(status).toBe(204);
    expect(rig.keys.decisions[done]).toBe(`${path.split('/')[4] ?? ''} k1 by admin from 127.0.0.1`);
  });

  it.each([
    ['without a cookie', {}, 401, 'login-required'],
    ['with a made-up cookie', { cookie: '__Host-volttron-1=x' }, 401, 'login-required'],
    ['from a page of another host', { origin: 'https://evil.example' }, 403, 'foreign-origin'],
    ['from another port of this host', { origin: 'https://127.0.0.1:1' }, 403, 'foreign-origin'],
    ['from a sandboxed frame', { origin: 'null' }, 403, 'foreign-origin'],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403, 'foreign-origin'],
    ['with a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['with plain text', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
  ])('does nothing %s', async (_how, headers, status, code) => {
    const done = rig.keys.decisions.length;
    const sent = status === 401 ? { ...json, ...headers } : { ...json, cookie, ...headers };
    const answer = await rig.ask(path, { method, headers: sent, body: '{}' });
    expect(problem(answer)).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
    expect(rig.keys.decisions).toHaveLength(done);
  });

  it('does nothing without a content type', async () => {
    const answer = await rig.ask(path, { method, headers: { cookie } });
    expect(problem(answer)).toMatchObject({ status: 415 });
  });

  it.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('does nothing by %s', async (other) => {
    const done = rig.keys.decisions.length;
    const { status, headers } = await rig.ask(path, { method: other, headers: { cookie } });
    expect([status, headers.allow]).toEqual([405, method]);
    expect(rig.keys.decisions).toHaveLength(done);
  });

  it('is not for users outside the group admin', async () => {
    const viewer = await rig.logIn('viewer');
    expect(problem(await rig.postJson(path, {}, { cookie: viewer }))).toMatchObject({ code: 'unauthorized' });
  });
});

describe('GET /api/key-requests', () => {
  it('lists for who may decide, and for nobody else', async () => {
    const viewer = await rig.logIn('viewer');
    expect(JSON.parse((await rig.ask('/api/key-requests', { headers: { cookie } })).text)).toEqual([rig.keys.pending]);
    expect((await rig.ask('/api/key-requests')).status).toBe(401);
    expect((await rig.ask('/api/key-requests', { headers: { cookie: viewer } })).status).toBe(403);
  });

  it('says which request is not known', async () => {
    const answer = await rig.postJson('/api/key-requests/gone/approve', {}, { cookie });
    expect(problem(answer)).toMatchObject({ status: 404, code: 'request-unknown' });
  });
});

describe('/api/session', () => {
  it('answers a cookie that scripts, plain HTTP and other sites do not get', async () => {
    const answer = await rig.postJson('/api/session', { user: 'admin', password: 'a good password' });
    const { port } = new URL(rig.address);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(`^__Host-volttron-${port}=[\\w-]{43}; Path=/; HttpOnly; Secure; SameSite=Strict$`),
      ),
    ]);
  });

  it('refuses a wrong password, and writes neither it nor the right one to the log', async () => {
    const answer = await rig.postJson('/api/session', { user: 'admin', password: 'guessed' });
    expect(problem(answer)).toMatchObject({ status: 401, code: 'login-refused' });
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(rig.lines.join()).toContain('web login refused');
    expect(rig.lines.join()).not.toMatch(/guessed|a good password/);
  });

  it('is not for pages of other hosts', async () => {
    const body = { user: 'admin', password: 'a good password' };
    const answer = await rig.postJson('/api/session', body, { origin: 'https://evil.example' });
    expect(problem(answer)).toMatchObject({ code: 'foreign-origin' });
    const logout = await rig.ask('/api/session', { method: 'DELETE', headers: { origin: 'https://evil.example' } });
    expect(problem(logout)).toMatchObject({ code: 'foreign-origin' });
  });

  it('ends for good at logout', async () => {
    const other = await rig.logIn();
    expect((await rig.ask('/api/session', { method: 'DELETE', headers: { cookie: other } })).status).toBe(204);
    expect((await rig.ask('/api/key-requests', { headers: { cookie: other } })).status).toBe(401);
  });

  it('ends with its token', async () => {
    await using own = await WebRig.start();
    const headers = { cookie: await own.logIn() };
    expect((await own.ask('/api/key-requests', { headers })).status).toBe(200);
    own.users.expire();
    expect((await own.ask('/api/key-requests', { headers })).status).toBe(401);
  });

  it('lets one address guess ten times a minute', async () => {
    await using own = await WebRig.start();
    const guess = () => own.postJson('/api/session', { user: 'admin', password: 'guess' });
    for (let count = 0; count < 10; count++) expect((await guess()).status).toBe(401);
    const answer = await guess();
    expect(problem(answer)).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('GET /api/status', () => {
  it('tells what the caller may do here', async () => {
    const status = async (headers = {}) => JSON.parse((await rig.ask('/api/status', { headers })).text) as unknown;
    const common = { instanceName: 'central', time: '2026-11-22T10:12:00.000Z' };
    expect(await status()).toEqual({ ...common, user: null, mayWatch: true, mayDecide: false });
    expect(await status({ cookie })).toEqual({ ...common, user: 'admin', mayWatch: true, mayDecide: true });
    expect(await status({ via: '1.1 proxy' })).toEqual({ ...common, user: null, mayWatch: false, mayDecide: false });
  });
});
