import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keysOf, madeAt, makeChain } from '../../test/made-chain.ts';
import * as extensions from '../certificate/extensions.ts';
import type { Authority } from '../certificate/issue.ts';
import { boolean, explicit, generalizedTime, integer, octetString, oid, sequence, time, toDer } from '../der/der.ts';
import { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import { checkRevoked } from './check-revoked.ts';
import { createRevocationList } from './create-revocation-list.ts';
import type { RevocationListOptions } from './create-revocation-list.ts';
import { RevocationListUnreadableError, RevocationRefusedError } from './errors.ts';
import { revocationReasons } from './reasons.ts';
import { readRevocationList } from './revocation-list.ts';
import type { RevocationList, RevokedCertificate } from './revocation-list.ts';

const day = 86_400_000;
const now = new Date(madeAt);
const chain = makeChain();
const issuer: Authority = { certificate: chain.lower, privateKey: keysOf.lower.privateKey };
const { leaf } = chain;
const strangers = await generateKeyPair('P-256');

const entry = (serialNumber: string, change: Partial<RevokedCertificate> = {}): RevokedCertificate => ({
  serialNumber,
  revokedAt: new Date('2026-02-01T00:00:00Z'),
  reason: 'keyCompromise',
  ...change,
});

const make = (change: Partial<RevocationListOptions> = {}): RevocationList =>
  createRevocationList({
    issuer,
    revoked: [entry(leaf.serialNumber)],
    number: 7n,
    nextUpdate: new Date(madeAt + day),
    clock: { now: () => madeAt },
    ...change,
  });

function refusal(change: Partial<RevocationListOptions>): string[] {
  try {
    make(change);
    return [];
  } catch (error) {
    if (error instanceof RevocationRefusedError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

/** The list with other members between issuer and end; its signature no longer fits. */
function rebuilt(change: (members: DerReader['node'][]) => DerReader['node'][]): Uint8Array {
  const [tbs, algorithm, signature] = DerReader.of(make().der, 'list').sequence();
  const members = tbs!.sequence().map(({ node }) => node);
  return toDer(sequence(sequence(...change(members)), algorithm!.node, signature!.node));
}

describe('a revocation list', () => {
  it('reads back as it was made, PEM and DER', () => {
    const revoked = revocationReasons
      .filter((reason) => reason !== 'removeFromCRL')
      .map((reason, index) => entry(`4${index}`, { reason }));
    const list = make({ revoked: [...revoked, entry('00ff'), entry('7f'.repeat(20))], number: (1n << 159n) - 1n });
    expect(readRevocationList(list.pem)).toEqual(list);
    expect(readRevocationList(list.der)).toEqual(list);
    expect([...list.revoked.values()].slice(0, revoked.length)).toEqual(revoked);
    expect(list).toMatchObject({
      issuer: { commonName: 'lower' },
      number: (1n << 159n) - 1n,
      authorityKeyIdentifier: chain.lower.subjectKeyIdentifier,
      thisUpdate: new Date('2026-03-01T11:55:00Z'),
      nextUpdate: new Date('2026-03-02T12:00:00Z'),
    });
  });

  it('may be empty', () => {
    expect(readRevocationList(make({ revoked: [] }).pem).revoked.size).toBe(0);
  });

  it.each<[Partial<RevocationListOptions>, string[]]>([
    [{ issuer: { certificate: leaf, privateKey: keysOf.leaf.privateKey } }, ['issuer-is-authority']],
    [{ issuer: { ...issuer, privateKey: strangers.privateKey } }, ['signing-key']],
    [{ number: -1n }, ['number']],
    [{ number: 1n << 159n }, ['number']],
    [{ nextUpdate: new Date(madeAt - day) }, ['next-update']],
    [{ nextUpdate: new Date(NaN) }, ['next-update']],
    [{ revoked: [entry('0a'), entry('0A')] }, ['repeated']],
    [
      { revoked: ['', '1', '0x', 'zz', '0001', 'ff80', '11'.repeat(21)].map((one) => entry(one)) },
      Array<string>(7).fill('serial-number'),
    ],
    [{ revoked: [entry('0a', { revokedAt: new Date(NaN) })] }, ['revoked-at']],
    [{ revoked: [entry('0a', { reason: 'removeFromCRL' })], number: -1n }, ['number', 'reason']],
  ])('is not signed with a fault (%#)', (change, codes) => {
    expect(refusal(change)).toEqual(codes);
  });

  const critical = sequence(oid('2.5.29.28'), boolean(true), octetString(Buffer.alloc(0)));
  it.each<[string, string | Uint8Array, string]>([
    ['nothing', '', 'the text holds 0 lists instead of one'],
    ['two of them', make().pem + make().pem, 'the text holds 2 lists instead of one'],
    ['a certificate', leaf.der, ''],
    ['half of one', make().der.subarray(0, 100), 'is no DER'],
    ['a version of the future', rebuilt(([, ...rest]) => [integer(2), ...rest]), 'it is of no version that is known'],
    [
      'a part of a list',
      rebuilt((all) => all.with(-1, explicit(0, sequence(critical)))),
      'its extension 2.5.29.28 is critical',
    ],
    [
      'a number too long',
      rebuilt((all) => all.with(-1, explicit(0, sequence(number(21))))),
      'its number is out of range',
    ],
  ])('is not read from %s', (_what, list, reason) => {
    expect(() => readRevocationList(list)).toThrow(RevocationListUnreadableError);
    expect(() => readRevocationList(list)).toThrow(reason);
  });

  it('is not read when it says a thing twice, or names two algorithms', () => {
    const twice = rebuilt((all) => all.with(-1, explicit(0, sequence(number(1), number(2)))));
    expect(() => readRevocationList(twice)).toThrow('an extension stands there twice');
    const [tbs, , signature] = DerReader.of(make().der, 'list').sequence();
    const other = toDer(sequence(tbs!.node, sequence(oid(oids.Ed25519)), signature!.node));
    expect(() => readRevocationList(other)).toThrow('it names two signature algorithms');
  });

  it('of version 1, or with times of the other kind, is read', () => {
    const first = rebuilt(([, algorithm, name, from]) => [algorithm!, name!, from!]);
    expect(readRevocationList(first)).toMatchObject({ number: undefined, nextUpdate: undefined });
    const second = rebuilt(([version, algorithm, name]) => [
      version!,
      algorithm!,
      name!,
      generalizedTime(now),
      time(now),
    ]);
    expect(readRevocationList(second)).toMatchObject({ thisUpdate: now, nextUpdate: now });
  });
});

const number = (octets: number) =>
  sequence(oid('2.5.29.20'), octetString(Buffer.concat([Buffer.of(2, octets), Buffer.alloc(octets, 1)])));

describe('checkRevoked', () => {
  it('says the same or nothing whatever byte was changed', () => {
    const { der } = make();
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = Buffer.from(der);
        bytes[at]! ^= difference;
        try {
          const status = check(readRevocationList(bytes));
          if (status.status !== 'unknown') expect(status).toMatchObject({ status: 'revoked', reason: 'keyCompromise' });
        } catch (error) {
          expect(error).toBeInstanceOf(RevocationListUnreadableError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  const check = (...lists: RevocationList[]) => checkRevoked(leaf, { issuer: chain.lower, lists, time: now });

  it('says of a certificate that it is revoked, when and why, or that it is good', () => {
    expect(check(make())).toEqual({
      status: 'revoked',
      revokedAt: new Date('2026-02-01T00:00:00Z'),
      reason: 'keyCompromise',
    });
    expect(check(make({ revoked: [entry('0a')] }))).toEqual({ status: 'good' });
  });

  it('believes the list of an issuer whose key has no stated usage', () => {
    const { lower } = makeChain({ lower: { drop: [oids.keyUsage] } });
    expect(checkRevoked(leaf, { issuer: lower, lists: [make()], time: now })).toMatchObject({ status: 'revoked' });
  });

  it('believes the newest list, in whatever order', () => {
    const newer = make({ revoked: [], clock: { now: () => madeAt + 60_000 } });
    expect(check(make(), newer)).toEqual({ status: 'good' });
    expect(check(newer, make())).toEqual({ status: 'good' });
  });

  const foreign = make({ issuer: { certificate: chain.upper, privateKey: keysOf.upper.privateKey } });
  const unsigned = { ...make(), signature: make({ number: 8n }).signature };
  const usages = makeChain({ lower: { set: [extensions.keyUsage('keyCertSign')] } });
  it.each<[string, RevocationList[], string, Partial<{ issuer: typeof leaf; time: Date }>]>([
    ['there is none', [], 'no revocation list of its issuer is there', {}],
    ['it is of another', [foreign], 'no revocation list of its issuer is there', {}],
    ['its signature is of another list', [unsigned], "the revocation list is not signed by its issuer's key", {}],
    ['it is of the future', [make()], 'the revocation list is not yet valid', { time: new Date(madeAt - day) }],
    ['it has ended', [make()], 'the revocation list has ended', { time: new Date(madeAt + 2 * day) }],
    ['its signer may not', [make()], 'its issuer may not sign revocation lists', { issuer: usages.lower }],
  ])('knows nothing from a list when %s', (_what, lists, why, change) => {
    expect(checkRevoked(leaf, { issuer: chain.lower, lists, time: now, ...change })).toEqual({
      status: 'unknown',
      why,
    });
  });
});
