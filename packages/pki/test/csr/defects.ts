import { basicConstraints, encodeExtension, keyUsage, subjectAltName } from '../../src/certificate/extensions.ts';
import type { Extension } from '../../src/certificate/extensions.ts';
import { directoryName, dnsName, uriName } from '../../src/certificate/general-names.ts';
import { bitString, boolean, integer, oid, sequence, set, toDer, utf8String } from '../../src/der/der.ts';
import type { DerNode } from '../../src/der/der.ts';
import { oids } from '../../src/der/oids.ts';
import { encodeName } from '../../src/name/distinguished-name.ts';
import { extensionRequest, informationOf, makers, pemOf } from './request-maker.ts';
import { closePrimes, rocaKey, smallFactor } from './weak-keys.ts';
import {
  asking,
  attributes,
  by,
  bytes,
  general,
  lengthOctets,
  named,
  outer,
  pick,
  plain,
  weak,
  write,
} from './planting.ts';
import type { Defect } from './planting.ts';

const readable: readonly Defect[] = [
  {
    name: 'signed by another key',
    ...{ code: 'proof-of-possession', openssl: false },
    plant: ({ parts }) => {
      const family = parts.signer.publicKey.asymmetricKeyType;
      const kind =
        family === 'ed25519' ? 'Ed25519' : family === 'rsa' ? 'RSA' : parts.spki.length > 100 ? 'P-384' : 'P-256';
      return write({ ...parts, signer: others[kind] });
    },
  },
  {
    name: 'signed before it was changed',
    ...{ code: 'proof-of-possession', openssl: false },
    plant: ({ parts }) => {
      const signature = parts.signer.sign(toDer(informationOf({ ...parts, extensions: [plain('1.2.3')] })));
      return pemOf(toDer(sequence(informationOf(parts), parts.signer.algorithm(), bitString(signature))));
    },
  },
  {
    name: 'an algorithm that is not for the key',
    ...{ code: 'signature-algorithm', openssl: false },
    plant: ({ parts }) => {
      const id =
        parts.signer.publicKey.asymmetricKeyType === 'rsa' ? oids['ecdsa-with-SHA256'] : oids.sha256WithRSAEncryption;
      return write({ ...parts, signer: { ...parts.signer, algorithm: () => sequence(oid(id)) } });
    },
  },
  {
    name: 'an unusual curve',
    code: 'key-kind',
    openssl: true,
    plant: by([() => makers.odd('P-521'), () => makers.odd('secp256k1')]),
  },
  {
    name: 'a long common name',
    code: 'common-name',
    openssl: true,
    plant: named((_, random) => ({ commonName: `central.${'x'.repeat(57 + Math.floor(random() * 40))}` })),
  },
  {
    name: 'a common name that climbs',
    code: 'common-name-path',
    openssl: true,
    plant: named((_, random) => ({
      commonName: pick(['central.../x', 'central.a/b', 'central.a\\b', 'central.a..b', 'central./etc/x'], random),
    })),
  },
  {
    name: 'an IP address as common name',
    code: 'common-name-address',
    openssl: true,
    anyName: true,
    plant: named((_, random) => ({ commonName: pick(['10.1.2.3', '::1', '2001:db8::7'], random) })),
  },
  {
    name: 'the name of another instance',
    code: 'instance-name',
    openssl: true,
    plant: named((_, random) => ({
      commonName: pick(['other.node.x', 'central', 'central.', 'Central.node.x', 'centralnode.x'], random),
    })),
  },
  {
    name: 'a long attribute',
    code: 'subject-text',
    openssl: true,
    plant: named((_, random) =>
      pick(
        [{ organization: 'o'.repeat(65) }, { organizationalUnit: 'u'.repeat(80) }, { locality: 'l'.repeat(129) }],
        random,
      ),
    ),
  },
  {
    name: 'control characters',
    code: 'control-characters',
    openssl: true,
    plant: named(({ commonName }, random) =>
      pick(
        [
          { organization: 'a\u0007b' },
          { commonName: `${commonName}\u202e` },
          { locality: 'a\nb' },
          { state: 'a\u0000b' },
        ],
        random,
      ),
    ),
  },
  {
    name: 'a DNS name that is none',
    code: 'san-dns',
    openssl: true,
    plant: asking(
      ...['a b', '*.example', 'x'.repeat(64), '-a.example', 'a..b', '10.0.0.1'].map(
        (name) => () => subjectAltName({ dns: [name], ip: [] }),
      ),
    ),
  },
  {
    name: 'an IP address of odd length',
    code: 'san-ip',
    openssl: true,
    plant: asking(
      () => subjectAltName({ dns: [], ip: [new Uint8Array(5)] }),
      () => subjectAltName({ dns: ['a'], ip: [new Uint8Array(15)] }),
    ),
  },
  {
    name: 'names that are no hosts',
    code: 'san-other',
    openssl: true,
    plant: asking(
      () => general(uriName('http://x/')),
      () => general(dnsName('a'), directoryName(encodeName({ commonName: 'x' }))),
      () => subjectAltName({ dns: ['a'], ip: [], email: ['a@b'] }),
    ),
  },
  {
    name: 'an extension that nobody may ask for',
    code: 'extension-allowed',
    openssl: true,
    plant: asking(
      () => plain('1.2.3.4'),
      () => plain('1.3.6.1.4.1.311.20.2'),
      () => plain('2.5.29.36'),
    ),
  },
  {
    name: 'to be an authority',
    code: 'authority',
    openssl: true,
    plant: asking(
      () => basicConstraints({ pathLength: 0 }),
      () => keyUsage('digitalSignature', 'keyCertSign'),
    ),
  },
  {
    name: 'a short or odd RSA key',
    code: 'rsa-size',
    openssl: true,
    rsa: true,
    plant: by([() => makers.RSA(1024), () => makers.RSA(2052), () => makers.RSA(1536)]),
  },
  {
    name: 'a small exponent',
    code: 'rsa-exponent',
    openssl: true,
    rsa: true,
    plant: by([() => makers.RSA(2048, 3), () => makers.RSA(2048, 17)]),
  },
  {
    name: 'a small factor',
    code: 'rsa-small-factor',
    openssl: true,
    rsa: true,
    plant: by([() => weak(smallFactor(3n)), () => weak(smallFactor(751n))]),
  },
  { name: 'close primes', code: 'rsa-close-primes', openssl: true, rsa: true, plant: by([() => weak(closePrimes())]) },
  { name: 'primes of ROCA', code: 'rsa-roca', openssl: true, rsa: true, plant: by([() => weak(rocaKey())]) },
];

const others = { 'P-256': makers['P-256'](), 'P-384': makers['P-384'](), Ed25519: makers.Ed25519(), RSA: makers.RSA() };

const unreadable: readonly Omit<Defect, 'code'>[] = [
  {
    name: 'a length in more octets than it needs',
    openssl: true,
    plant: bytes((der) => {
      const start = lengthOctets(der);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(der.length - start);
      return Buffer.concat([Buffer.from([0x30, 0x84]), length, der.subarray(start)]);
    }),
  },
  { name: 'an indefinite length', openssl: true, plant: outer([0x30, 0x80], [0, 0]) },
  { name: 'bytes behind it', openssl: true, plant: bytes((der) => Buffer.concat([der, Buffer.from([5, 0])])) },
  {
    name: 'its end cut off',
    openssl: false,
    plant: bytes((der, random) => der.subarray(0, der.length - 1 - Math.floor(random() * (der.length - 1)))),
  },
  {
    name: 'another version',
    openssl: true,
    plant: ({ parts, random }) => write({ ...parts, version: pick([1, 2, 3], random) }),
  },
  {
    name: 'a set in its place',
    openssl: false,
    plant: bytes((der) => Buffer.concat([Buffer.from([0x31]), der.subarray(1)])),
  },
  {
    name: 'a fourth part',
    openssl: false,
    plant: ({ parts }) => {
      const information = informationOf(parts);
      return pemOf(
        toDer(
          sequence(information, parts.signer.algorithm(), bitString(parts.signer.sign(toDer(information))), integer(1)),
        ),
      );
    },
  },
  {
    name: 'the same extension twice',
    openssl: true,
    plant: attributes(() => [
      extensionRequest(subjectAltName({ dns: ['a'], ip: [] }), subjectAltName({ dns: ['b'], ip: [] })),
    ]),
  },
  {
    name: 'extensions asked for twice',
    openssl: true,
    plant: attributes(() => [
      extensionRequest(keyUsage('digitalSignature')),
      extensionRequest(subjectAltName({ dns: ['a'], ip: [] })),
    ]),
  },
  {
    name: 'two lists of extensions in one attribute',
    openssl: true,
    plant: attributes(() => {
      const list = (one: Extension): DerNode => sequence(encodeExtension(one));
      return [
        sequence(
          oid(oids.extensionRequest),
          set(list(keyUsage('digitalSignature')), list(subjectAltName({ dns: ['a'], ip: [] }))),
        ),
      ];
    }),
  },
  {
    name: 'an extension whose value is no DER',
    openssl: true,
    plant: asking(
      () => ({ oid: oids.basicConstraints, critical: true, value: Buffer.from([0x30, 5, 1]) }),
      () => ({ oid: oids.keyUsage, critical: true, value: toDer(boolean(true)) }),
    ),
  },
  {
    name: 'a point that is on no curve',
    openssl: false,
    plant: ({ parts }) => {
      const spki = Buffer.from(others['P-256'].publicKey.export({ type: 'spki', format: 'der' }));
      spki[spki.length - 1] = (spki[spki.length - 1] ?? 0) ^ 1;
      return write({ ...parts, spki });
    },
  },
  { name: 'no base64', openssl: false, plant: ({ parts }) => write(parts).replace(/\n(....)/, '\n$1*') },
  { name: 'text before it', openssl: true, plant: ({ parts }) => `Certificate Request:\n${write(parts)}` },
  { name: 'two of them', openssl: true, plant: ({ parts }) => write(parts) + write(parts) },
  {
    name: 'another label',
    openssl: false,
    plant: ({ parts }) => write(parts).replaceAll('CERTIFICATE REQUEST', 'CERTIFICATE'),
  },
  {
    name: 'too much of it',
    openssl: true,
    plant: ({ parts }) =>
      write({ ...parts, subject: encodeName({ commonName: 'central.x', organization: 'x'.repeat(16_000) }) }),
  },
  {
    name: 'text that is no name',
    openssl: false,
    plant: ({ parts }) => write({ ...parts, subject: utf8String('central.x') }),
  },
];

export const defects: readonly Defect[] = [
  ...readable,
  ...unreadable.map((defect) => ({ ...defect, code: 'unreadable' })),
];
