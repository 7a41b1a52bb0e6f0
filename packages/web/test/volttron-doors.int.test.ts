import { describe, expect, it, onTestFinished } from 'vitest';
import type { RequestAnswer } from '@volttron-ts/enrolment';
import { VipError } from '@volttron-ts/vip-core';
import type { CertificateRequests } from '../src/contracts.ts';
import { WebRig } from './web-rig.ts';
import type { Answer, Question } from './web-rig.ts';

const ID = 'central.node.forwarder';

/** Remembers what was sent and decided; answers what it was told to. */
class HandCertificates implements CertificateRequests {
  readonly submitted: { csr: string; address: string }[] = [];
  readonly decisions: string[] = [];
  answer: RequestAnswer | Error = { kind: 'pending', id: '1', conflict: false };

  submit(request: { csr: string; address: string }): Promise<RequestAnswer> {
    this.submitted.push(request);
    return this.answer instanceof Error ? Promise.reject(this.answer) : Promise.resolve(this.answer);
  }

  list(): ReturnType<CertificateRequests['list']> {
    return Promise.resolve([this.#request()]);
  }

  find(id: string): ReturnType<CertificateRequests['find']> {
    return Promise.resolve(id === ID ? this.#request() : undefined);
  }

  approve(
    ...[id, { by, from, why }]: Parameters<CertificateRequests['approve']>
  ): ReturnType<CertificateRequests['approve']> {
    return this.#decide(`approve ${id} by ${by} from ${from}: ${String(why)}`);
  }

  deny(...[id, { by }]: Parameters<CertificateRequests['deny']>): ReturnType<CertificateRequests['deny']> {
    return this.#decide(`deny ${id} by ${by}`);
  }

  async remove(...[id, { by }]: Parameters<CertificateRequests['remove']>): Promise<void> {
    await this.#decide(`remove ${id} by ${by}`);
  }

  #decide(what: string): ReturnType<CertificateRequests['approve']> {
    this.decisions.push(what);
    return Promise.resolve(this.#request());
  }

  #request(): Awaited<ReturnType<CertificateRequests['approve']>> {
    const times = { firstSeen: '2026-11-22T10:11:08Z', lastSeen: '2026-11-22T10:11:08Z' };
    return {
      ...{ id: '1', name: ID, fingerprint: 'ab', csr: 'PEM', address: '192.0.2.7', own: false, status: 'pending' },
      ...{ attempts: 1, conflicts: [], ...times },
    } as unknown as Awaited<ReturnType<CertificateRequests['approve']>>;
  }
}

async function rigOf(): Promise<{ rig: WebRig; certificates: HandCertificates }> {
  const certificates = new HandCertificates();
  const rig = await WebRig.start({ certificates });
  onTestFinished(() => rig[Symbol.asyncDispose]());
  return { rig, certificates };
}

const as = (token: string, more: Question = {}): Question => ({
  ...more,
  headers: { ...more.headers, authorization: `Bearer ${token}` },
});
const code = ({ text }: Answer): unknown => (JSON.parse(text) as { code?: unknown }).code;

describe('a certificate request', () => {
  it.each<[string, string, string]>([
    ['an object', 'application/json', JSON.stringify({ csr: 'PEM' })],
    ['an object in a text, as VOLTTRON sends it', 'application/json', JSON.stringify(JSON.stringify({ csr: 'PEM' }))],
    ['an object of no type', 'text/plain', JSON.stringify({ csr: 'PEM', identity: 'x', hostname: 'y' })],
  ])('is taken as %s', async (_, type, body) => {
    const { rig, certificates } = await rigOf();
    const answer = await rig.ask('/csr/request_new', { method: 'POST', headers: { 'content-type': type }, body });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'PENDING' });
    expect(certificates.submitted).toEqual([{ csr: 'PEM', address: '127.0.0.1' }]);
  });

  it.each<[RequestAnswer, object]>([
    [{ kind: 'pending', id: '1', conflict: true }, { status: 'PENDING' }],
    [
      { kind: 'approved', id: '1', certificate: 'C', intermediates: '' },
      { status: 'APPROVED', cert: 'C' },
    ],
    [
      { kind: 'approved', id: '1', certificate: 'C', intermediates: 'I', auto: true },
      { status: 'SUCCESSFUL', intermediates: 'I' },
    ],
    [
      { kind: 'denied', id: '1', why: 'not you' },
      { status: 'DENIED', message: expect.stringContaining('not you') as unknown },
    ],
  ])('is answered %j', async (answer, says) => {
    const { rig, certificates } = await rigOf();
    certificates.answer = answer;
    const { status, text } = await rig.postJson('/csr/request_new', { csr: 'PEM' });
    expect([status, JSON.parse(text)]).toEqual([200, expect.objectContaining(says)]);
  });

  it('tells who asks for a name with another key what it tells the first', async () => {
    const { rig, certificates } = await rigOf();
    const first = await rig.postJson('/csr/request_new', { csr: 'PEM' });
    certificates.answer = { kind: 'pending', id: '2', conflict: true };
    expect((await rig.postJson('/csr/request_new', { csr: 'OTHER' })).text).toBe(first.text);
  });

  it.each([
    ['signing-request-refused', 'ERROR'],
    ['signing-request-unreadable', 'ERROR'],
    ['certificate-name-refused', 'ERROR'],
    ['too-many-requests-waiting', 'UNKNOWN'],
  ])('that is refused as %s is told so with the status %s', async (why, says) => {
    const { rig, certificates } = await rigOf();
    certificates.answer = new VipError(why, 'It is too short.');
    const { status, text } = await rig.postJson('/csr/request_new', { csr: 'PEM' });
    expect([status, JSON.parse(text)]).toEqual([200, { status: says, message: 'It is too short.' }]);
  });

  it.each([
    '',
    'zzz',
    '[]',
    'null',
    '7',
    '{}',
    '{"csr":7}',
    '"\\"zzz\\""',
    '{"csr":"x"',
    '\0',
    '{"__proto__":{"csr":"x"}}',
  ])('of the body %j is an ERROR, and submits nothing', async (body) => {
    const { rig, certificates } = await rigOf();
    const { status, text } = await rig
      .postJson('/csr/request_new', '')
      .then(() =>
        rig.ask('/csr/request_new', { method: 'POST', headers: { 'content-type': 'application/json' }, body }),
      );
    expect([status, JSON.parse(text)]).toEqual([200, { status: 'ERROR', message: expect.any(String) as unknown }]);
    expect(certificates.submitted).toEqual([]);
  });

  it('that is too large is refused before it is read', async () => {
    const { rig, certificates } = await rigOf();
    const answer = await rig.postJson('/csr/request_new', { csr: 'x'.repeat(2_000_000) });
    expect([answer.status, code(answer)]).toEqual([413, 'body-too-large']);
    expect(certificates.submitted).toEqual([]);
  });

  it('is taken where requests are served only', async () => {
    await using rig = await WebRig.start();
    expect((await rig.postJson('/csr/request_new', { csr: 'PEM' })).status).toBe(404);
  });

  it('whose signer fails is told nothing of the inside', async () => {
    const { rig, certificates } = await rigOf();
    certificates.answer = new Error('disk /secret/path is full');
    const answer = await rig.postJson('/csr/request_new', { csr: 'PEM' });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret');
  });
});

describe('decisions over the web', () => {
  const paths = ['approve', 'deny', 'delete'].map((verb) => `/admin/api/${verb}_csr/${ID}`);

  it('are taken from a token in the header, with who, from where and why', async () => {
    const { rig, certificates } = await rigOf();
    const body = JSON.stringify({ why: 'new meter' });
    expect((await rig.ask(paths[0]!, as('access.admin', { method: 'POST', body }))).status).toBe(200);
    for (const path of paths) expect((await rig.ask(path, as('access.admin'))).status).toBe(200);
    expect(certificates.decisions).toEqual([
      `approve ${ID} by admin from 127.0.0.1: new meter`,
      `approve ${ID} by admin from 127.0.0.1: undefined`,
      `deny ${ID} by admin`,
      `remove ${ID} by admin`,
    ]);
  });

  it.each([
    ['no token', {}, 401],
    ['a refresh token', { authorization: 'Bearer refresh.admin' }, 401],
    ['a token that is none', { authorization: 'Bearer x' }, 401],
    ['another scheme', { authorization: 'Basic access.admin' }, 401],
    ['the token of who may only watch', { authorization: 'Bearer access.viewer' }, 403],
  ])('change nothing for %s', async (_, headers, status) => {
    const { rig, certificates } = await rigOf();
    for (const path of paths) {
      for (const method of ['GET', 'POST']) expect((await rig.ask(path, { method, headers })).status).toBe(status);
    }
    expect(certificates.decisions).toEqual([]);
  });

  it('change nothing for a token in a cookie', async () => {
    const { rig, certificates } = await rigOf();
    const headers = { cookie: 'Bearer=access.admin' };
    for (const path of paths) {
      for (const method of ['GET', 'POST']) expect((await rig.ask(path, { method, headers })).status).toBe(401);
    }
    expect(certificates.decisions).toEqual([]);
    expect((await rig.ask('/admin/api/pending_csrs', { headers })).status).toBe(200);
  });

  it('change nothing for the session of a page', async () => {
    const { rig, certificates } = await rigOf();
    const cookie = await rig.logIn();
    for (const path of paths) expect((await rig.ask(path, { method: 'POST', headers: { cookie } })).status).toBe(401);
    expect(certificates.decisions).toEqual([]);
  });

  it.each(['{"why":7}', 'zzz', '[]', `{"why":"${'x'.repeat(501)}"}`])(
    'are not taken with the body %s',
    async (body) => {
      const { rig, certificates } = await rigOf();
      expect((await rig.ask(paths[0]!, as('access.admin', { method: 'POST', body }))).status).toBe(400);
      expect(certificates.decisions).toEqual([]);
    },
  );

  it.each(['PUT', 'DELETE', 'PATCH'])('are not taken by %s', async (method) => {
    const { rig, certificates } = await rigOf();
    expect((await rig.ask(paths[0]!, as('access.admin', { method }))).status).toBe(405);
    expect(certificates.decisions).toEqual([]);
  });
});
