import { sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import { certificateOf } from '../src/certificate/certificate.ts';
import type { Certificate } from '../src/certificate/certificate.ts';
import * as extensions from '../src/certificate/extensions.ts';
import type { Extension } from '../src/certificate/extensions.ts';
import { keyIdentifier, spki } from '../src/key/spki.ts';
import { encodeCertificate, encodeTbs } from '../src/certificate/tbs.ts';
import { oid, sequence, toDer } from '../src/der/der.ts';
import { oids } from '../src/der/oids.ts';
import { generateKeyPair } from '../src/key/key-algorithm.ts';
import type { KeyPair } from '../src/key/key-algorithm.ts';
import { encodeName } from '../src/name/distinguished-name.ts';

/** A certificate as a careless authority would sign it: nothing is checked. */
export interface Made {
  readonly subject: string;
  readonly keys: KeyPair;
  readonly issuer: string;
  readonly signer: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extensions: readonly Extension[];
  readonly hash: 'SHA256' | 'SHA1';
}

export function make({
  subject,
  keys,
  issuer,
  signer,
  notBefore,
  notAfter,
  extensions: parts,
  hash,
}: Made): Certificate {
  const algorithm = sequence(oid(hash === 'SHA256' ? oids['ecdsa-with-SHA256'] : '1.2.840.10045.4.1'));
  const tbs = encodeTbs({
    serialNumber: Buffer.from(`40${Buffer.from(subject.padEnd(15).slice(0, 15)).toString('hex')}`, 'hex'),
    signatureAlgorithm: algorithm,
    issuer: encodeName({ commonName: issuer }),
    notBefore,
    notAfter,
    subject: encodeName({ commonName: subject }),
    publicKey: spki(keys.publicKey),
    extensions: parts,
  });
  return certificateOf(encodeCertificate(tbs, algorithm, sign(hash, toDer(tbs), signer)));
}

export type Position = 'root' | 'upper' | 'lower' | 'leaf';
export const positions: readonly Position[] = ['root', 'upper', 'lower', 'leaf'];

export const madeAt = Date.parse('2026-03-01T12:00:00Z');
const day = 86_400_000;

export const keysOf: Readonly<Record<Position, KeyPair>> = {
  root: await generateKeyPair('P-256'),
  upper: await generateKeyPair('P-256'),
  lower: await generateKeyPair('P-256'),
  leaf: await generateKeyPair('P-256'),
};

const usagesOf = (position: Position): Extension[] =>
  position === 'leaf'
    ? [
        extensions.basicConstraints(undefined),
        extensions.keyUsage('digitalSignature'),
        extensions.extendedKeyUsage(oids.serverAuth, oids.clientAuth),
        extensions.subjectAltName({ dns: ['web.example'], ip: [Uint8Array.of(10, 0, 0, 1)] }),
      ]
    : [
        extensions.basicConstraints({ pathLength: { root: 2, upper: 1, lower: 0 }[position] }),
        extensions.keyUsage('keyCertSign', 'cRLSign'),
      ];

/** What makes one certificate of a faultless chain. */
export function sound(position: Position): Made {
  const above = positions[Math.max(0, positions.indexOf(position) - 1)] ?? 'root';
  return {
    subject: position,
    keys: keysOf[position],
    issuer: above,
    signer: keysOf[above].privateKey,
    notBefore: new Date(madeAt - day),
    notAfter: new Date(madeAt + 90 * day),
    hash: 'SHA256',
    extensions: [
      ...usagesOf(position),
      extensions.subjectKeyIdentifier(keyIdentifier(keysOf[position].publicKey)),
      extensions.authorityKeyIdentifier(keyIdentifier(keysOf[above].publicKey)),
    ],
  };
}

/** Changes of one certificate; extensions of the same kind are replaced, others are added. */
export type Fault = Partial<Omit<Made, 'extensions'>> & {
  readonly set?: readonly Extension[];
  readonly drop?: readonly string[];
};

export function makeOne(position: Position, { set = [], drop = [], ...changed }: Fault = {}): Certificate {
  const made = { ...sound(position), ...changed };
  const gone = [...drop, ...set.map(({ oid: id }) => id)];
  return make({ ...made, extensions: [...made.extensions.filter(({ oid: id }) => !gone.includes(id)), ...set] });
}

export type MadeChain = Readonly<Record<Position, Certificate>>;

export const makeChain = (faults: Partial<Record<Position, Fault>> = {}): MadeChain => ({
  root: makeOne('root', faults.root),
  upper: makeOne('upper', faults.upper),
  lower: makeOne('lower', faults.lower),
  leaf: makeOne('leaf', faults.leaf),
});
