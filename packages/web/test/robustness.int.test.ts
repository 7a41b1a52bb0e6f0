import { connect } from 'node:tls';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebRig } from './web-rig.ts';

let rig: WebRig;
let cookie: string;
beforeAll(async () => {
  rig = await WebRig.start();
  cookie = await rig.logIn();
  const answer = (_environment: unknown, data: unknown) => Promise.resolve([data, [['X-Agent', '1']]]);
  rig.agents.routes.set('/agent', { kind: 'handler', agent: 'echo', format: 'jsonrpc', call: answer });
  rig.agents.endpoints.set('/sockets', {
    agent: 'echo',
    opened: () => Promise.resolve(true),
    join: () => true,
    received: () => Promise.resolve(),
    left: () => undefined,
  });
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Sends raw bytes and answers the status line's code and all that came. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(new URL(rig.address).port), ca: rig.ca });
    let text = '';
    socket.on('data', (part: Buffer) => (text += part.toString('latin1')));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(text);
    });
    socket.end(Buffer.from(bytes, 'latin1'));
  });
}

describe('bad requests', () => {
  it.each([
    ['an unknown path', 'GET', '/nothing/here', undefined, 404, 'not-found'],
    ['an unknown method of a known path', 'PUT', '/api/session', '{}', 405, 'method-not-allowed'],
    ['a broken escape', 'GET', '/%zz', undefined, 400, 'bad-request'],
    ['a body that is no JSON', 'POST', '/api/session', '{"user":', 400, 'bad-request'],
    ['no body', 'POST', '/api/session', '', 400, 'invalid-value'],
    ['another shape', 'POST', '/api/session', '{"user":1}', 400, 'invalid-value'],
    ['a key too many', 'POST', '/api/session', '{"user":"a","password":"b","x":1}', 400, 'invalid-value'],
    ['a prototype', 'POST', '/api/session', '{"__proto__":{"user":"a"}}', 400, 'bad-request'],
    ['a large body', 'POST', '/api/session', JSON.stringify({ user: 'a'.repeat(20_000) }), 413, 'body-too-large'],
    ['an endless id', 'POST', `/api/key-requests/${'x'.repeat(500)}/deny`, '{}', 404, 'not-found'],
  ])('answers %s by a problem document', async (_what, method, path, body, status, code) => {
    const headers = { 'content-type': 'application/json', cookie };
    const answer = await rig.ask(path, { method, headers, ...(body === undefined ? {} : { body }) });
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(JSON.parse(answer.text)).toMatchObject({ status, code, type: `urn:volttron:problem:${code}` });
    expect(answer.status).toBe(status);
  });

  it('does not show a password that is too long in the answer', async () => {
    const { text } = await rig.postJson('/api/session', { user: 'admin', password: 'pass'.repeat(500) });
    expect(text).not.toContain('passpass');
  });

  it('answers bytes that are no HTTP, and closes', async () => {
    const answer = await raw('\x16\x03\x01 no http\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toContain('"code":"bad-request"');
  });

  it('hides what failed inside, and logs it', async () => {
    await using own = await WebRig.start({
      discovery: () => {
        throw new Error('at /secret/path');
      },
    });
    const answer = await own.ask('/discovery/');
    expect([answer.status, answer.text.includes('secret')]).toEqual([500, false]);
    expect(own.lines.join()).toContain('/secret/path');
  });

  it('sends the security headers with every answer', async () => {
    for (const path of ['/discovery/', '/nothing', '/%zz', '/api/status', '/api/key-requests']) {
      const { headers } = await rig.ask(path);
      expect(headers).toMatchObject({
        'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self'") as string,
        'strict-transport-security': 'max-age=31536000',
        'x-content-type-options': 'nosniff',
      });
    }
  });
});

describe('500 mutated requests', () => {
  it('never make the server fail', async () => {
    const seeds = [
      `GET /discovery/ HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`,
      `POST /discovery/ HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      `POST /api/key-requests/k1/approve HTTP/1.1\r\nHost: h\r\nCookie: ${cookie}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      `GET /api/live/latest?x=%41 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nRange: bytes=0-1\r\nConnection: close\r\n\r\n`,
      `POST /agent?a=%20 HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{"a":[1]}`,
      `GET /sockets HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x85\x00\x00\x00\x00hello\x88\x80\x00\x00\x00\x00`,
      `DELETE /api/session HTTP/1.1\r\nHost: h\r\nCookie: __Host-x=1\r\nConnection: close\r\n\r\n`,
      `GET /api/status HTTP/1.1\r\nHost: h\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`,
    ];
    const change = fc.record({
      at: fc.nat({ max: 400 }),
      cut: fc.nat({ max: 6 }),
      text: fc.string({ unit: 'binary', maxLength: 6 }),
    });
    const mutated = fc.tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 }));
    const answers: string[] = [];
    await fc.assert(
      fc.asyncProperty(mutated, async ([seed, changes]) => {
        let bytes = seed;
        for (const { at, cut, text } of changes) {
          const place = at % (bytes.length + 1);
          bytes = bytes.slice(0, place) + text + bytes.slice(place + cut);
        }
        const answer = await raw(bytes);
        answers.push(answer.slice(0, 12));
        expect(answer).not.toMatch(/^HTTP\/1.1 5/);
      }),
      { numRuns: 500 },
    );
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 2')).length).toBeGreaterThan(10);
    expect(answers.filter((answer) => answer.startsWith('HTTP/1.1 4')).length).toBeGreaterThan(100);
    expect((await rig.ask('/discovery/')).status).toBe(200);
  });
});
