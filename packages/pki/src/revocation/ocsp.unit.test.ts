import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keysOf, madeAt, makeChain, makeOne } from '../../test/made-chain.ts';
import type { Certificate } from '../certificate/certificate.ts';
import * as extensions from '../certificate/extensions.ts';
import { issueCertificate } from '../certificate/issue.ts';
import type { Authority, CertificateOptions } from '../certificate/issue.ts';
import { enumerated, integer, sequence, toDer } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import type { RevocationStatus } from './check-revoked.ts';
import { checkOcspResponse } from './check-ocsp-response.ts';
import type { OcspCheck } from './check-ocsp-response.ts';
import { createOcspFailure, createOcspResponse } from './create-ocsp-response.ts';
import type { OcspResponseOptions } from './create-ocsp-response.ts';
import { OcspUnreadableError, RevocationRefusedError } from './errors.ts';
import { createOcspRequest, readOcspRequest } from './ocsp-request.ts';
import { readOcspResponse } from './ocsp-response.ts';
import type { OcspResponse } from './ocsp-response.ts';
import { revocationReasons } from './reasons.ts';

const day = 86_400_000;
const now = new Date(madeAt);
const clock = { now: () => madeAt };
const { upper, lower, leaf } = makeChain();
const issuer: Authority = { certificate: lower, privateKey: keysOf.lower.privateKey };
const responderKeys = await generateKeyPair('Ed25519');
const nonce = Buffer.alloc(32, 7);
const revoked: RevocationStatus = {
  status: 'revoked',
  revokedAt: new Date('2026-02-01T00:00:00Z'),
  reason: 'superseded',
};

const delegate = (change: Partial<CertificateOptions> = {}): Authority => ({
  certificate: issueCertificate({
    ...{ issuer, profile: 'ocspResponder', subject: { commonName: 'responder' }, publicKey: responderKeys.publicKey },
    ...{ validity: { days: 10 }, clock },
    ...change,
  }),
  privateKey: responderKeys.privateKey,
});

const request = createOcspRequest({ certificate: leaf, issuer: lower, nonce });
const answer = (status: RevocationStatus, change: Partial<OcspResponseOptions> = {}): Buffer =>
  createOcspResponse({
    ...{ request, issuer: lower, responder: issuer, statusOf: () => status, clock },
    nextUpdate: new Date(madeAt + day),
    ...change,
  });

function read(der: Uint8Array): OcspResponse {
  const result = readOcspResponse(der);
  if (result.status === 'successful') return result.response;
  throw new Error(result.status);
}

const check = (der: Uint8Array, change: Partial<OcspCheck> = {}, certificate: Certificate = leaf): RevocationStatus =>
  checkOcspResponse(certificate, read(der), { issuer: lower, time: now, nonce, ...change });

function refusal(change: Partial<OcspResponseOptions>): string[] {
  try {
    answer({ status: 'good' }, change);
    return [];
  } catch (error) {
    if (error instanceof RevocationRefusedError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

describe('an OCSP request', () => {
  it('reads back as it was made', () => {
    const back = readOcspRequest(request.der);
    expect(back).toEqual(request);
    expect(back.nonce).toEqual(nonce);
    expect(back.ids).toMatchObject([{ serialNumber: leaf.serialNumber }]);
    expect(createOcspRequest({ certificate: leaf, issuer: lower }).nonce).toBeUndefined();
  });

  it.each([0, 129])('has no nonce of %i octets', (octets) => {
    const question = { certificate: leaf, issuer: lower, nonce: Buffer.alloc(octets) };
    expect(() => createOcspRequest(question)).toThrow(OcspUnreadableError);
    expect(() => createOcspRequest(question)).toThrow('octets instead of 1 to 128');
  });

  it('asks for a hundred certificates at most', () => {
    const [id] = request.ids;
    const asking = (count: number): Buffer =>
      toDer(sequence(sequence(sequence(...Array.from({ length: count }, () => sequence(id!.node))))));
    expect(readOcspRequest(asking(100)).ids).toHaveLength(100);
    expect(() => readOcspRequest(asking(101))).toThrow('it asks for 101 certificates instead of 1 to 100');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no list', toDer(sequence(sequence()))],
    ['an empty list', toDer(sequence(sequence(sequence())))],
    ['half of one', request.der.subarray(0, 50)],
    ['a certificate', leaf.der],
  ])('is not read from %s', (_what, der) => {
    expect(() => readOcspRequest(der)).toThrow(OcspUnreadableError);
  });
});

describe('an OCSP response', () => {
  it.each<RevocationStatus>([
    { status: 'good' },
    ...revocationReasons.map((reason) => ({ ...revoked, reason })),
    { status: 'unknown', why: 'the responder does not know it' },
  ])('says %j', (status) => {
    expect(check(answer(status))).toEqual(status);
  });

  it('may be signed by a delegate of the issuer, whose certificate it holds', () => {
    const responder = delegate();
    const der = answer(revoked, { responder });
    expect(read(der).certificates.map(({ der: bytes }) => bytes)).toEqual([responder.certificate.der]);
    expect(check(der)).toEqual(revoked);
  });

  it('gives the status of certificates of the issuer only', () => {
    const asked: string[] = [];
    const statusOf = (serialNumber: string): RevocationStatus => (asked.push(serialNumber), { status: 'good' });
    const foreign = createOcspRequest({ certificate: leaf, issuer: upper });
    const der = answer({ status: 'good' }, { request: foreign, statusOf });
    expect(read(der).answers).toMatchObject([{ status: { status: 'unknown' } }]);
    answer({ status: 'good' }, { statusOf });
    expect(asked).toEqual([leaf.serialNumber]);
  });

  it('repeats the nonce and says from when to when it holds', () => {
    const response = read(answer(revoked));
    expect(response).toMatchObject({ nonce, producedAt: now });
    expect(response.answers).toMatchObject([
      { thisUpdate: new Date('2026-03-01T11:55:00Z'), nextUpdate: new Date('2026-03-02T12:00:00Z') },
    ]);
    const { nonce: none } = read(answer(revoked, { request: createOcspRequest({ certificate: leaf, issuer: lower }) }));
    expect(none).toBeUndefined();
  });

  it.each<[string, Partial<OcspResponseOptions>, string[]]>([
    [
      'the issuer of the issuer',
      { responder: { certificate: upper, privateKey: keysOf.upper.privateKey } },
      ['responder'],
    ],
    ['a server', { responder: { certificate: leaf, privateKey: keysOf.leaf.privateKey } }, ['responder']],
    ['a delegate of another', { responder: delegate(), issuer: upper }, ['responder']],
    [
      'a delegate whose time is over',
      { responder: delegate(), clock: { now: () => madeAt + 11 * day }, nextUpdate: new Date(madeAt + 12 * day) },
      ['responder'],
    ],
    ['another key', { responder: { ...issuer, privateKey: responderKeys.privateKey } }, ['signing-key']],
    ['an end before its beginning', { nextUpdate: new Date(madeAt - day) }, ['next-update']],
    [
      'all of it',
      { responder: { ...issuer, privateKey: responderKeys.privateKey }, nextUpdate: new Date(NaN) },
      ['signing-key', 'next-update'],
    ],
  ])('is not signed by %s', (_who, change, codes) => {
    expect(refusal(change)).toEqual(codes);
  });

  it.each<[string, string, Uint8Array, Partial<OcspCheck>, Certificate?]>([
    ['another request', 'the answer is not to this request', answer(revoked), { nonce: Buffer.alloc(32) }],
    ['another certificate', 'the answer says nothing of it', answer(revoked), {}, upper],
    ['the past', 'the answer is not yet valid', answer(revoked), { time: new Date(madeAt - day) }],
    ['the future', 'the answer has ended', answer(revoked), { time: new Date(madeAt + 2 * day) }],
    ['another issuer', 'the certificate of the responder is not there', answer(revoked), { issuer: upper }],
    [
      'a delegate of another issuer',
      'the responder has its certificate from another issuer',
      answer(revoked, { responder: delegate() }),
      { issuer: upper },
    ],
    [
      'a delegate whose time is over',
      'the certificate of the responder is not valid',
      answer(revoked, { responder: delegate(), nextUpdate: new Date(madeAt + 99 * day) }),
      { time: new Date(madeAt + 20 * day) },
    ],
  ])('says nothing to %s', (_who, why, der, change, certificate) => {
    expect(check(der, change, certificate)).toEqual({ status: 'unknown', why });
  });

  it('says nothing when its signature is of another, or its signer no delegate', () => {
    const response = read(answer(revoked));
    const { signature } = read(answer({ status: 'good' }));
    const question = { issuer: lower, time: now, nonce };
    expect(checkOcspResponse(leaf, { ...response, signature }, question)).toEqual({
      status: 'unknown',
      why: "the answer is not signed by the responder's key",
    });
    const server = delegate({ profile: 'server', dnsNames: ['a.example'] }).certificate;
    const delegated = read(answer(revoked, { responder: delegate() }));
    expect(checkOcspResponse(leaf, { ...delegated, certificates: [server] }, question)).toEqual({
      status: 'unknown',
      why: 'the responder is neither the issuer nor its delegate',
    });
  });

  it('says nothing of the certificate of another issuer with the same serial number', () => {
    const response = read(answer({ status: 'good' }));
    const [id] = createOcspRequest({ certificate: leaf, issuer: upper }).ids;
    const answers = response.answers.map((one) => ({ ...one, id: id! }));
    expect(checkOcspResponse(leaf, { ...response, answers }, { issuer: lower, time: now, nonce })).toMatchObject({
      why: 'the answer says nothing of it',
    });
  });

  it('is not signed by who names another issuer, or whose time has not come', () => {
    const set = [extensions.extendedKeyUsage(oids.OCSPSigning)];
    const named = makeOne('leaf', { issuer: 'another', set });
    expect(refusal({ responder: { certificate: named, privateKey: keysOf.leaf.privateKey } })).toEqual(['responder']);
    const early = makeOne('leaf', { notBefore: new Date(madeAt + day), set });
    expect(refusal({ responder: { certificate: early, privateKey: keysOf.leaf.privateKey } })).toEqual(['responder']);
    const good = makeOne('leaf', { set });
    expect(refusal({ responder: { certificate: good, privateKey: keysOf.leaf.privateKey } })).toEqual([]);
  });

  it.each(['malformedRequest', 'internalError', 'tryLater', 'sigRequired', 'unauthorized'] as const)(
    'says that there is none: %s',
    (failure) => {
      expect(readOcspResponse(createOcspFailure(failure))).toEqual({ status: failure });
    },
  );

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a status that is none', toDer(sequence(enumerated(4)))],
    ['a success that says nothing', toDer(sequence(enumerated(0)))],
    ['another structure', toDer(sequence(integer(1)))],
    ['half of one', answer(revoked).subarray(0, 100)],
  ])('is not read from %s', (_what, der) => {
    expect(() => readOcspResponse(der)).toThrow(OcspUnreadableError);
  });

  it('says the same or nothing whatever byte was changed', () => {
    const der = answer(revoked, { responder: delegate() });
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = Buffer.from(der);
        bytes[at]! ^= difference;
        try {
          const result = readOcspResponse(bytes);
          if (result.status !== 'successful') return;
          const status = checkOcspResponse(leaf, result.response, { issuer: lower, time: now, nonce });
          if (status.status !== 'unknown') expect(status).toEqual(revoked);
        } catch (error) {
          expect(error).toBeInstanceOf(OcspUnreadableError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});
