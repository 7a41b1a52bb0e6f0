import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import {
  checkOcspResponse,
  createOcspRequest,
  createOcspResponse,
  readOcspRequest,
  readOcspResponse,
  writePrivateKey,
} from '../src/index.ts';
import type { Authority, RevocationStatus } from '../src/index.ts';
import { clock, issue, makeAuthority } from './authority.ts';
import { openssl, scratchFolder } from './scratch.ts';

const day = 86_400_000;

async function site() {
  const folder = await scratchFolder();
  const path = (name: string): string => join(folder, name);
  const issuer = await makeAuthority();
  const [good, bad, strange] = [await issue(issuer), await issue(issuer), await issue(issuer)];
  const { certificate, keys } = await issue(issuer, { profile: 'ocspResponder', dnsNames: [], ipAddresses: [] });
  const delegate: Authority = { certificate, privateKey: keys.privateKey };
  const files = { root: issuer.certificate, good: good.certificate, bad: bad.certificate };
  const all = { ...files, strange: strange.certificate, responder: certificate };
  for (const [name, { pem }] of Object.entries(all)) await writeFile(path(`${name}.pem`), pem);
  await writeFile(path('root.key'), writePrivateKey(issuer.privateKey));
  await writeFile(path('responder.key'), writePrivateKey(keys.privateKey));
  const statusOf = (serialNumber: string): RevocationStatus => {
    if (serialNumber === good.certificate.serialNumber) return { status: 'good' };
    if (serialNumber === bad.certificate.serialNumber)
      return { status: 'revoked', revokedAt: new Date(), reason: 'keyCompromise' };
    return { status: 'unknown', why: 'nobody knows it' };
  };
  const asked = ['good', 'bad', 'strange'].flatMap((name) => ['-cert', path(`${name}.pem`)]);
  return { path, issuer, delegate, statusOf, ...all, asked: ['ocsp', '-issuer', path('root.pem'), ...asked] };
}

describe('openssl', () => {
  it.each(['issuer', 'delegate'] as const)('asks, and reads the answer that the %s signed', async (who) => {
    const { path, issuer, statusOf, asked, ...more } = await site();
    await openssl(...asked, '-reqout', path('request.der'));
    const request = readOcspRequest(await readFile(path('request.der')));
    expect(request.ids).toHaveLength(3);
    const responder = { issuer, delegate: more.delegate }[who];
    const nextUpdate = new Date(Date.now() + day);
    const answer = createOcspResponse({ request, issuer: issuer.certificate, responder, statusOf, nextUpdate, clock });
    await writeFile(path('answer.der'), answer);
    const files = ['-respin', path('answer.der'), '-CAfile', path('root.pem'), '-verify_other', path('root.pem')];
    const text = await openssl(...asked, '-no_nonce', ...files);
    expect(text).toMatch(/good\.pem: good/);
    expect(text).toMatch(/bad\.pem: revoked\n[^]*Reason: keyCompromise/);
    expect(text).toMatch(/strange\.pem: unknown/);
    const nonces = await openssl('ocsp', '-reqin', path('request.der'), ...files, '-text');
    expect(nonces.match(/OCSP Nonce/g)).toHaveLength(2);
  });

  it('answers what is asked here', async () => {
    const { path, issuer, good, bad } = await site();
    const ending = '991231235959Z';
    const lines = [
      ['V', ending, '', good.serialNumber.toUpperCase(), 'unknown', '/CN=good'],
      ['R', ending, '260101000000Z,superseded', bad.serialNumber.toUpperCase(), 'unknown', '/CN=bad'],
    ];
    await writeFile(path('index.txt'), lines.map((line) => `${line.join('\t')}\n`).join(''));
    for (const signer of ['responder', 'root']) {
      const statuses: RevocationStatus[] = [];
      for (const certificate of [good, bad]) {
        const nonce = Buffer.alloc(32, 1);
        await writeFile(path('request.der'), createOcspRequest({ certificate, issuer: issuer.certificate, nonce }).der);
        const files = ['-reqin', path('request.der'), '-respout', path('answer.der'), '-ndays', '1'];
        const keys = ['-rsigner', path(`${signer}.pem`), '-rkey', path(`${signer}.key`), '-CA', path('root.pem')];
        await openssl('ocsp', '-index', path('index.txt'), ...keys, ...files);
        const result = readOcspResponse(await readFile(path('answer.der')));
        if (result.status !== 'successful') throw new Error(result.status);
        const check = { issuer: issuer.certificate, time: new Date(), nonce };
        statuses.push(checkOcspResponse(certificate, result.response, check));
      }
      const revokedAt = new Date('2026-01-01T00:00:00Z');
      expect(statuses).toEqual([{ status: 'good' }, { status: 'revoked', revokedAt, reason: 'superseded' }]);
    }
  });
});
