import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import {
  authorityKeyIdentifier,
  basicConstraints,
  extendedKeyUsage,
  keyUsage,
  subjectAltName,
} from '../src/certificate/extensions.ts';
import { nameConstraintsExtension } from '../src/certificate/name-constraints.ts';
import { nullValue, toDer } from '../src/der/der.ts';
import { oids } from '../src/der/oids.ts';
import { CertificateUntrustedError, generateKeyPair, readCertificate, verifyChain } from '../src/index.ts';
import type { Certificate, ChainCheck } from '../src/index.ts';
import { madeAt, makeChain, positions } from './made-chain.ts';
import type { Fault, MadeChain, Position } from './made-chain.ts';
import { openssl, scratchFolder } from './scratch.ts';

const CHAINS = 300;
const day = 86_400_000;
const stranger = await generateKeyPair('P-256');

const constrain = (kind: 'permitted' | 'excluded', dnsNames: string[], ipRanges: string[] = []): Fault => ({
  set: [nameConstraintsExtension({ [kind]: { dnsNames, ipRanges } })],
});
const critical = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: toDer(nullValue()) };

const everywhere: readonly Fault[] = [
  { notBefore: new Date(madeAt + day) },
  { notAfter: new Date(madeAt - day) },
  { set: [critical] },
  { set: [{ ...critical, critical: false }] },
  { set: [extendedKeyUsage(oids.serverAuth)] },
  { set: [extendedKeyUsage(oids.clientAuth)] },
  { set: [extendedKeyUsage(oids.clientAuth, oids.serverAuth)] },
];
const belowRoot: readonly Fault[] = [
  { signer: stranger.privateKey },
  { set: [authorityKeyIdentifier(Buffer.alloc(20))] },
];
const authorities: readonly Fault[] = [
  { set: [nameConstraintsExtension({ permitted: { emailAddresses: ['example'] } })] },
  { set: [nameConstraintsExtension({ excluded: { emailAddresses: ['.example'] } })] },
  { set: [nameConstraintsExtension({ permitted: { directoryNames: [{ commonName: 'leaf' }] } })] },
  { set: [nameConstraintsExtension({ excluded: { directoryNames: [{ commonName: 'leaf' }] } })] },
  { set: [extendedKeyUsage(oids.anyExtendedKeyUsage)] },
  { set: [basicConstraints(undefined), keyUsage('digitalSignature')] },
  { set: [basicConstraints({ pathLength: 0 })] },
  { set: [basicConstraints({ pathLength: 5 })] },
  constrain('permitted', ['example']),
  constrain('permitted', ['web.example'], ['10.0.0.0/8']),
  constrain('permitted', ['other.example']),
  constrain('permitted', [], ['192.0.2.0/24']),
  constrain('excluded', ['example']),
  constrain('excluded', ['other.example'], ['192.0.2.0/24']),
  constrain('excluded', [], ['10.0.0.1/32']),
];
const leaves: readonly Fault[] = [
  { set: [subjectAltName({ dns: ['*.example', 'a.b.example'], ip: [] })] },
  { set: [subjectAltName({ dns: ['web.example'], ip: [], email: ['a@b.example'] })] },
  { set: [extendedKeyUsage(oids.anyExtendedKeyUsage)] },
  { drop: [oids.basicConstraints] },
  { set: [keyUsage('keyEncipherment')] },
  { set: [keyUsage('digitalSignature', 'keyAgreement')] },
  { set: [keyUsage('nonRepudiation')] },
  { drop: [oids.keyUsage] },
  { drop: [oids.extKeyUsage] },
];

const faultsOf = (position: Position): readonly Fault[] => [
  ...everywhere,
  ...(position === 'root' ? [] : belowRoot),
  ...(position === 'leaf' ? leaves : authorities),
];

/** Numbers from 0 to below 1, the same in every run. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Case {
  readonly faults: Partial<Record<Position, Fault>>;
  readonly purpose: 'server' | 'client';
  readonly name: string;
}

/** A third without fault, a third with one, a third with two. */
function cases(): Case[] {
  const next = numbers(3);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!;
  return Array.from({ length: CHAINS }, (_, index) => {
    const faulty = Array.from({ length: index % 3 }, () => pick(positions));
    return {
      faults: Object.fromEntries(faulty.map((position) => [position, pick(faultsOf(position))])),
      purpose: pick(['server', 'client']),
      name: pick(['web.example', 'web.example', '10.0.0.1', 'other.example']),
    };
  });
}

async function opensslAccepts(folder: string, chain: MadeChain, { purpose, name }: Case): Promise<boolean> {
  const path = (file: string): string => join(folder, `${file}.pem`);
  const write = (file: string, ...certificates: Certificate[]): Promise<void> =>
    writeFile(path(file), certificates.map(({ pem }) => pem).join(''));
  await write('root', chain.root);
  await write('between', chain.lower, chain.upper);
  await write('leaf', chain.leaf);
  const wanted = [/^\d/.test(name) ? '-verify_ip' : '-verify_hostname', name, '-purpose', `ssl${purpose}`];
  const parameters = ['-x509_strict', '-attime', String(madeAt / 1000), ...wanted, '-CAfile', path('root')];
  try {
    await openssl('verify', ...parameters, '-untrusted', path('between'), path('leaf'));
    return true;
  } catch (error) {
    if (/error \d+ at \d+ depth/.test(String(error))) return false;
    throw error;
  }
}

function verdict(leaf: Certificate, check: ChainCheck): string {
  try {
    verifyChain(leaf, check);
    return '';
  } catch (error) {
    if (error instanceof CertificateUntrustedError) return error.message;
    throw error;
  }
}

it(`agrees with openssl verify -x509_strict about ${CHAINS} chains`, { timeout: 60_000 }, async () => {
  const folder = await scratchFolder();
  const counts = { accepted: 0, refused: 0 };
  const disagreements: unknown[] = [];
  for (const one of cases()) {
    const chain = makeChain(one.faults);
    const { root, upper, lower, leaf } = chain;
    const check = { roots: [root], intermediates: [upper, lower], time: new Date(madeAt), ...one };
    const [ours, theirs] = [verdict(leaf, check), await opensslAccepts(folder, chain, one)];
    counts[theirs ? 'accepted' : 'refused']++;
    if ((ours === '') !== theirs) disagreements.push({ one, ours, theirs });
  }
  expect(disagreements).toEqual([]);
  expect(Math.min(counts.accepted, counts.refused)).toBeGreaterThan(CHAINS / 4);
});

it("reads and verifies what seed 003's commands make: a root without key usage and certificates of version 1", async () => {
  const folder = await scratchFolder();
  const path = (file: string): string => join(folder, file);
  const read = async (file: string): Promise<Certificate> => readCertificate(await openssl('x509', '-in', path(file)));
  await openssl(...['genrsa', '-out', path('rootCA.key'), '2048']);
  const root = ['req', '-x509', '-new', '-nodes', '-key', path('rootCA.key'), '-sha256', '-days', '1024'];
  await openssl(...root, '-subj', '/CN=root', '-out', path('rootCA.pem'));
  await openssl(...['genrsa', '-out', path('server.key'), '2048']);
  await openssl(...['req', '-new', '-key', path('server.key'), '-subj', '/CN=localhost', '-out', path('server.csr')]);
  const sign = ['x509', '-req', '-in', path('server.csr'), '-CA', path('rootCA.pem'), '-CAkey', path('rootCA.key')];
  await openssl(...sign, '-CAcreateserial', '-out', path('server.crt'), '-days', '500', '-sha256');

  const leaf = await read('server.crt');
  expect(leaf).toMatchObject({ version: 1, subject: { commonName: 'localhost' }, extensions: [] });
  const check = { roots: [await read('rootCA.pem')], time: new Date(), purpose: 'server' } as const;
  expect(verifyChain(leaf, check)).toHaveLength(2);
  expect(verdict(leaf, { ...check, name: 'localhost' })).toContain('[name]');
  expect(verdict(check.roots[0], { ...check, roots: [leaf] })).toContain('[root-untrusted]');
});
