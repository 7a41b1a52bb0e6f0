import type { Extension } from '../../src/certificate/extensions.ts';
import { sequence, toDer } from '../../src/der/der.ts';
import type { DerNode } from '../../src/der/der.ts';
import { oids } from '../../src/der/oids.ts';
import { encodeName } from '../../src/name/distinguished-name.ts';
import type { DistinguishedName } from '../../src/name/distinguished-name.ts';
import { pemOf, rsaAlgorithm, writeRequest } from './request-maker.ts';
import type { Parts, Signer } from './request-maker.ts';
import type { RsaKey } from './weak-keys.ts';

/** What a defect is planted into. */
export interface Ground {
  readonly parts: Parts;
  readonly subject: DistinguishedName;
  /** From 0 to 1. */
  readonly random: () => number;
}

export interface Defect {
  readonly name: string;
  /** The one code it must lead to; `unreadable` for what is no request. */
  readonly code: string;
  /** Whether `openssl req -verify` takes it; it has no names, policies or weak keys of its own. */
  readonly openssl: boolean;
  /** Made with a key of its own, which is RSA. */
  readonly rsa?: true;
  /** The name need not begin with an instance's. */
  readonly anyName?: true;
  readonly plant: (ground: Ground) => string;
}

export const pick = <T>(of: readonly T[], random: () => number): T => of[Math.floor(random() * of.length)]!;
export const write = (parts: Parts): string => pemOf(writeRequest(parts));
export const named =
  (change: (subject: DistinguishedName, random: () => number) => Partial<DistinguishedName>) =>
  ({ parts, subject, random }: Ground): string =>
    write({ ...parts, subject: encodeName({ ...subject, ...change(subject, random) }) });
export const asking =
  (...choices: readonly (() => Extension)[]) =>
  ({ parts, random }: Ground): string => {
    const extension = pick(choices, random)();
    const others = parts.extensions.filter((one) => one.oid !== extension.oid);
    return write({ ...parts, extensions: [...others, extension] });
  };
export const general = (...names: readonly DerNode[]): Extension => ({
  oid: oids.subjectAltName,
  critical: false,
  value: toDer(sequence(...names)),
});
export const plain = (id: string): Extension => ({ oid: id, critical: false, value: toDer(sequence()) });
const withSigner = (parts: Parts, signer: Signer): string =>
  write({ ...parts, signer, spki: signer.publicKey.export({ type: 'spki', format: 'der' }) });
export const by = (pool: readonly (() => Signer)[]) => {
  const made = new Map<() => Signer, Signer>();
  return ({ parts, random }: Ground): string => {
    const make = pick(pool, random);
    const signer = made.get(make) ?? make();
    made.set(make, signer);
    return withSigner(parts, signer);
  };
};
export const weak = (key: RsaKey): Signer => ({ ...key, algorithm: rsaAlgorithm });
export const bytes =
  (change: (der: Buffer, random: () => number) => Uint8Array) =>
  ({ parts, random }: Ground): string =>
    pemOf(change(writeRequest(parts), random));
export const attributes =
  (make: (parts: Parts) => readonly DerNode[]) =>
  ({ parts }: Ground): string =>
    write({ ...parts, attributes: make(parts) });

/** Replaces the header of the outer SEQUENCE, whose length has two octets in requests of this size. */
export const outer = (header: readonly number[], end: readonly number[] = []) =>
  bytes((der) => Buffer.concat([Buffer.from(header), der.subarray(lengthOctets(der)), Buffer.from(end)]));
export const lengthOctets = (der: Buffer): number => 2 + ((der[1] ?? 0) & 0x80 ? (der[1] ?? 0) & 0x7f : 0);
