import { generateKeyPairSync } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { keysOf, madeAt, makeChain, makeOne } from '../../test/made-chain.ts';
import type { Fault, MadeChain, Position } from '../../test/made-chain.ts';
import { nullValue, toDer } from '../der/der.ts';
import { oids } from '../der/oids.ts';
import { CertificateUntrustedError } from '../errors.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import { createRevocationList } from '../revocation/create-revocation-list.ts';
import type { RevocationList } from '../revocation/revocation-list.ts';
import { certificateOf } from './certificate.ts';
import type { Certificate } from './certificate.ts';
import * as extensions from './extensions.ts';
import { nameConstraintsExtension } from './name-constraints.ts';
import { chainCodes, verifyChain } from './verify-chain.ts';
import type { ChainCheck } from './verify-chain.ts';

const day = 86_400_000;
const time = new Date(madeAt);
const strangers = await generateKeyPair('P-256');
const manyKeys = await Promise.all(Array.from({ length: 9 }, () => generateKeyPair('P-256')));
const ringKeys = manyKeys.slice(0, 5);

const checkOf = ({ root, upper, lower }: MadeChain): ChainCheck => ({
  roots: [root],
  intermediates: [lower, upper],
  time,
  purpose: 'server',
  name: 'web.example',
});

/** `code@depth` of all problems. */
function problems(leaf: Certificate, check: ChainCheck): string[] {
  try {
    verifyChain(leaf, check);
    return [];
  } catch (error) {
    if (error instanceof CertificateUntrustedError) return error.problems.map(({ code, depth }) => `${code}@${depth}`);
    throw error;
  }
}

const sound = makeChain();
const critical = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: toDer(nullValue()) };
const weakKeys = generateKeyPairSync('rsa', { modulusLength: 1024 });
const permitted = (dnsNames: string[]) => nameConstraintsExtension({ permitted: { dnsNames } });

type Planted = readonly [
  codes: string[],
  faults: Partial<Record<Position, Fault>>,
  check?: Partial<ChainCheck> | ((chain: MadeChain) => Partial<ChainCheck>),
];

const planted: Readonly<Record<string, Planted>> = {
  'a leaf of tomorrow': [['not-yet-valid@0'], { leaf: { notBefore: new Date(madeAt + day) } }],
  'an authority of tomorrow': [['not-yet-valid@2'], { upper: { notBefore: new Date(madeAt + day) } }],
  'a leaf of yesterday': [['expired@0'], { leaf: { notAfter: new Date(madeAt - 1000) } }],
  'an authority of yesterday': [['expired@1'], { lower: { notAfter: new Date(madeAt - 1000) } }],
  'a root of yesterday': [['expired@3'], { root: { notAfter: new Date(madeAt - 1000) } }],
  'no time at all': [
    [0, 1, 2, 3].flatMap((depth) => [`not-yet-valid@${depth}`, `expired@${depth}`]),
    {},
    { time: new Date(NaN) },
  ],
  'a leaf that another signed': [['signature@0'], { leaf: { signer: strangers.privateKey } }],
  'an authority that another signed': [['signature@2'], { upper: { signer: strangers.privateKey } }],
  'a SHA-1 signature': [['signature-algorithm@0'], { leaf: { hash: 'SHA1' } }],
  'a leaf with a weak key': [['key-weak@0'], { leaf: { keys: weakKeys } }],
  'an identifier of another key': [
    ['key-identifier@0'],
    { leaf: { set: [extensions.authorityKeyIdentifier(Buffer.alloc(20))] } },
  ],
  'an unknown critical extension in the leaf': [['critical-extension@0'], { leaf: { set: [critical] } }],
  'an unknown critical extension in an authority': [['critical-extension@2'], { upper: { set: [critical] } }],
  'a leaf that issues': [['not-authority@1'], { lower: { set: [extensions.basicConstraints(undefined)] } }],
  'an authority without basic constraints': [['not-authority@2'], { upper: { drop: [oids.basicConstraints] } }],
  'an authority that may sign lists only': [['key-cert-sign@1'], { lower: { set: [extensions.keyUsage('cRLSign')] } }],
  'one authority more than another allows': [
    ['path-length@2'],
    { upper: { set: [extensions.basicConstraints({ pathLength: 0 })] } },
  ],
  'a name that the root may not name': [['name-constraints@0'], { root: { set: [permitted(['other.example'])] } }],
  'a name that an authority may not name': [['name-constraints@0'], { lower: { set: [permitted(['b.example'])] } }],
  'a key that may not be used in TLS': [['key-usage@0'], { leaf: { set: [extensions.keyUsage('cRLSign')] } }],
  'a client as server': [['extended-key-usage@0'], { leaf: { set: [extensions.extendedKeyUsage(oids.clientAuth)] } }],
  'a server as client': [
    ['extended-key-usage@0'],
    { leaf: { set: [extensions.extendedKeyUsage(oids.serverAuth)] } },
    { purpose: 'client' },
  ],
  'a key for encipherment as client': [
    ['key-usage@0'],
    { leaf: { set: [extensions.keyUsage('keyEncipherment')] } },
    { purpose: 'client' },
  ],
  'an authority for clients only': [
    ['extended-key-usage@1'],
    { lower: { set: [extensions.extendedKeyUsage(oids.clientAuth)] } },
  ],
  'a revoked leaf': [['revoked@0'], {}, { revocationLists: [...listsOf({ lower: [sound.leaf.serialNumber] })] }],
  'a revoked authority': [['revoked@2'], {}, { revocationLists: [...listsOf({ root: [sound.upper.serialNumber] })] }],
  'no list about an authority': [['revocation-unknown@1'], {}, { revocationLists: listsOf({}).toSpliced(1, 1) }],
  'another name': [['name@0'], {}, { name: 'other.example' }],
  'a missing authority': [['issuer-unknown@1'], {}, ({ lower }) => ({ intermediates: [lower] })],
  'no authorities': [['issuer-unknown@0'], {}, { intermediates: [] }],
  'a root that nobody trusts': [
    ['root-untrusted@3'],
    {},
    ({ root, upper, lower }) => ({
      roots: [makeOne('root', { subject: 'another' })],
      intermediates: [root, upper, lower],
    }),
  ],
  'another root of the same name': [
    ['signature@2', 'key-identifier@2'],
    {},
    {
      roots: [
        makeOne('root', {
          keys: strangers,
          signer: strangers.privateKey,
          set: [extensions.subjectKeyIdentifier(Buffer.alloc(20, 1))],
        }),
      ],
    },
  ],
  'authorities that all issued each other': [
    ['root-untrusted@2', 'search-limit@0'],
    { leaf: { issuer: 'ring', signer: ringKeys[0]!.privateKey, drop: [oids.authorityKeyIdentifier] } },
    { intermediates: ring() },
  ],
};

/** The lists of the root, the upper and the lower authority. */
function listsOf(revoked: Partial<Record<Position, readonly string[]>>): RevocationList[] {
  return (['root', 'upper', 'lower'] as const).map((position) =>
    createRevocationList({
      issuer: { certificate: sound[position], privateKey: keysOf[position].privateKey },
      revoked: (revoked[position] ?? []).map((serialNumber) => ({
        serialNumber,
        revokedAt: time,
        reason: 'superseded',
      })),
      number: 1n,
      nextUpdate: new Date(madeAt + day),
      clock: { now: () => madeAt },
    }),
  );
}

/** Authorities of one name and five keys, each of which signed every other: many ways, none to a root. */
function ring(): Certificate[] {
  return ringKeys.flatMap((keys) =>
    ringKeys
      .filter((other) => other !== keys)
      .map((other) =>
        makeOne('lower', {
          ...{ subject: 'ring', issuer: 'ring', keys, signer: other.privateKey },
          drop: [oids.authorityKeyIdentifier, oids.subjectKeyIdentifier],
        }),
      ),
  );
}

describe('verifyChain', () => {
  it('answers the chain, whatever the order and number of the certificates given', () => {
    const { root, upper, lower, leaf } = sound;
    const others = [makeOne('upper', { subject: 'stranger' }), leaf, root];
    for (const intermediates of [
      [upper, lower],
      [lower, upper],
      [...others, lower, upper, lower],
    ]) {
      const roots = [makeOne('root', { subject: 'another' }), root];
      expect(verifyChain(leaf, { ...checkOf(sound), roots, intermediates })).toEqual([leaf, lower, upper, root]);
    }
  });

  it.each(['web.example', 'WEB.example', '10.0.0.1'])('accepts the name %s', (name) => {
    expect(problems(sound.leaf, { ...checkOf(sound), name })).toEqual([]);
  });

  it.each(['other.example', 'leaf', 'a.web.example', '10.0.0.2', '', 'web.example\0', 'web.example:443'])(
    'refuses the name %j',
    (name) => {
      expect(problems(sound.leaf, { ...checkOf(sound), name })).toEqual(['name@0']);
    },
  );

  it('needs no further authority for what is trusted itself', () => {
    const check = { roots: [sound.root], time, purpose: 'any' } as const;
    expect(verifyChain(sound.root, check)).toEqual([sound.root]);
    expect(verifyChain(sound.leaf, { ...check, roots: [sound.leaf] })).toEqual([sound.leaf]);
    expect(problems(sound.root, { ...check, purpose: 'server' })).toEqual(['key-usage@0']);
  });

  it('finds the way that is good among those that are not', () => {
    const { root, upper, lower, leaf } = sound;
    const ended = makeOne('upper', { notAfter: new Date(madeAt - 1000) });
    expect(verifyChain(leaf, { ...checkOf(sound), intermediates: [lower, ended, upper] })).toContain(upper);
    expect(problems(leaf, { ...checkOf(sound), intermediates: [ended, lower], roots: [root] })).toEqual(['expired@2']);
  });

  it('lets an authority name itself without counting or constraining it', () => {
    const faults = {
      root: { set: [extensions.basicConstraints({ pathLength: 1 }), permitted(['web.example'])] },
      lower: { subject: 'upper' },
      leaf: { issuer: 'upper' },
    };
    const chain = makeChain(faults);
    expect(problems(chain.leaf, checkOf(chain))).toEqual([]);
    const named = makeChain({ ...faults, lower: {}, leaf: {} });
    expect(problems(named.leaf, checkOf(named))).toEqual(['path-length@3']);
  });

  it('accepts what no list of its issuer revokes', () => {
    expect(problems(sound.leaf, { ...checkOf(sound), revocationLists: listsOf({ root: ['00'] }) })).toEqual([]);
  });

  it('knows no host by its common name', () => {
    const chain = makeChain({ leaf: { subject: 'web.example', drop: [oids.subjectAltName] } });
    expect(problems(chain.leaf, checkOf(chain))).toEqual(['name@0']);
  });

  it('misses neither key identifiers nor the key usage of authorities', () => {
    const drop = [oids.subjectKeyIdentifier, oids.authorityKeyIdentifier, oids.keyUsage];
    const chain = makeChain({ root: { drop }, upper: { drop }, lower: { drop: drop.slice(1) }, leaf: { drop } });
    expect(problems(chain.leaf, checkOf(chain))).toEqual([]);
    const half = makeChain({ lower: { drop: [oids.subjectKeyIdentifier] } });
    expect(problems(half.leaf, checkOf(half))).toEqual([]);
  });

  it('lets an authority name itself by a name that it may not give', () => {
    const directory = nameConstraintsExtension({ permitted: { directoryNames: [{ commonName: 'leaf' }] } });
    const faults = { upper: { set: [directory] }, lower: { subject: 'upper' }, leaf: { issuer: 'upper' } };
    const chain = makeChain(faults);
    expect(problems(chain.leaf, checkOf(chain))).toEqual([]);
    const other = makeChain({ ...faults, lower: { subject: 'other' }, leaf: { issuer: 'other' } });
    expect(problems(other.leaf, checkOf(other))).toEqual(['name-constraints@1']);
  });

  it('tells what is wrong with a way to a root rather than to nowhere, and with the better of two', () => {
    const { lower, leaf } = sound;
    const past = { notAfter: new Date(madeAt - 1000) };
    const nowhere = makeOne('upper', { issuer: 'nobody', signer: strangers.privateKey });
    const bad = makeOne('upper', { ...past, set: [critical] });
    const better = makeOne('upper', past);
    const told = (...intermediates: Certificate[]): string[] =>
      problems(leaf, { ...checkOf(sound), intermediates: [lower, ...intermediates] });
    for (const uppers of [
      [nowhere, bad],
      [bad, nowhere],
    ])
      expect(told(...uppers)).toEqual(['expired@2', 'critical-extension@2']);
    expect(told(nowhere, bad, better)).toEqual(['expired@2']);
    expect(told(better, bad)).toEqual(['expired@2']);
    expect(told(nowhere)).toEqual(['issuer-unknown@2']);
  });

  it('follows eight authorities and no more', () => {
    const drop = [oids.authorityKeyIdentifier, oids.subjectKeyIdentifier];
    const ladder = manyKeys.map((keys, step) => {
      const above = manyKeys[step - 1]?.privateKey ?? keysOf.root.privateKey;
      const basic = [extensions.basicConstraints({ pathLength: 20 })];
      return makeOne('lower', {
        subject: `a${step}`,
        issuer: step === 0 ? 'root' : `a${step - 1}`,
        keys,
        signer: above,
        drop,
        set: basic,
      });
    });
    const root = makeOne('root', {
      drop: [oids.subjectKeyIdentifier],
      set: [extensions.basicConstraints({ pathLength: 20 })],
    });
    const below = (count: number): string[] => {
      const leaf = makeOne('leaf', { issuer: `a${count - 1}`, signer: manyKeys[count - 1]!.privateKey, drop });
      return problems(leaf, { ...checkOf(sound), roots: [root], intermediates: ladder });
    };
    expect(below(8)).toEqual([]);
    expect(below(9)).toEqual(['search-limit@8']);
  });

  it('tells all problems, and whose they are', () => {
    const chain = makeChain({ upper: { notAfter: new Date(madeAt - 1000) } });
    const check = { ...checkOf(chain), name: 'other.example' };
    expect(() => verifyChain(chain.leaf, check)).toThrow(
      'The certificate of "leaf" is not trusted: it is not for "other.example" [name]; ' +
        '"upper": it ended at 2026-03-01T11:59:59Z [expired].',
    );
  });

  it('compares no lists of names that are endless', () => {
    const many = (count: number): string[] => Array.from({ length: count }, (_, n) => `n${n}.example`);
    const names = { set: [extensions.subjectAltName({ dns: ['web.example', ...many(1000)], ip: [] })] };
    const chain = (count: number): MadeChain => makeChain({ lower: { set: [permitted(many(count))] }, leaf: names });
    const [long, longer] = [chain(50), chain(70)];
    expect(() => verifyChain(long.leaf, checkOf(long))).toThrow('the issuer may not name "n999.example"');
    expect(() => verifyChain(longer.leaf, checkOf(longer))).toThrow(
      'is not trusted: it has too many names to be compared with constraints [name-constraints].',
    );
  });

  it('trusts no certificate of which a byte was changed, and fails in no other way', () => {
    const { der } = sound.lower;
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, difference) => {
        const bytes = Buffer.from(der);
        bytes[at]! ^= difference;
        let lower: Certificate;
        try {
          lower = certificateOf(bytes);
        } catch {
          return;
        }
        const check = { roots: [sound.root], intermediates: [sound.upper, lower], time, purpose: 'any' } as const;
        expect(problems(lower, check), `byte ${at}`).not.toEqual([]);
        expect(problems(sound.leaf, check), `byte ${at}`).not.toEqual([]);
      }),
      { numRuns: 2000 },
    );
  });

  it.each(Object.entries(planted))('finds %s', (_what, [codes, faults, change = {}]) => {
    const chain = makeChain(faults);
    const changed = typeof change === 'function' ? change(chain) : change;
    expect(problems(chain.leaf, { ...checkOf(chain), ...changed })).toEqual(codes);
  });

  it('has a planted fault for each of its codes', () => {
    const found = Object.values(planted).flatMap(([codes]) => codes.map((code) => code.replace(/@.*/, '')));
    expect(new Set(found)).toEqual(new Set(chainCodes));
  });
});
