import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { oids } from '../der/oids.ts';
import { generateKeyPair, keyAlgorithmNames } from '../key/key-algorithm.ts';
import type { KeyPair } from '../key/key-algorithm.ts';
import { checkSigningRequest } from './check-signing-request.ts';
import { SigningRequestRefusedError, SigningRequestUnreadableError } from './errors.ts';
import { createSigningRequest, readSigningRequest } from './signing-request.ts';
import type { SigningRequest, SigningRequestOptions } from './signing-request.ts';

const { privateKey } = await generateKeyPair('P-256');
const made = (change: Partial<SigningRequestOptions> = {}): SigningRequest =>
  createSigningRequest({ subject: { commonName: 'central.node.meter' }, privateKey, ...change });

/** Codes of all problems. */
function codesOf(request: SigningRequest, policy = {}): string[] {
  try {
    checkSigningRequest(request, policy);
    return [];
  } catch (error) {
    if (error instanceof SigningRequestRefusedError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

const named = (commonName: string): SigningRequest => made({ subject: { commonName } });

describe('a certificate signing request', () => {
  it.each(keyAlgorithmNames)('is made, read and accepted with a key of %s', async (name) => {
    const key = await generateKeyPair(name);
    const subject = { commonName: 'central.node.meter', country: 'US', emailAddress: 'ops@node.example' };
    const request = made({ ...key, subject, dnsNames: ['node.example'], ipAddresses: ['::1', '192.0.2.7'] });
    const read = readSigningRequest(request.pem);
    expect(read).toMatchObject({ subject, dnsNames: ['node.example'], ipAddresses: ['::1', '192.0.2.7'] });
    expect(read.publicKey.equals(key.publicKey)).toBe(true);
    expect(codesOf(read, { instanceName: 'central' })).toEqual([]);
  });

  it.each([
    ['another instance', named('other.node.meter'), ['instance-name']],
    ['the bare name of the instance', named('central.'), ['instance-name']],
    ['a path', named('central.a/../b'), ['common-name-path']],
    ['a Windows path', named('central.a\\b'), ['common-name-path']],
    ['a control character', named('central.a\nb'), ['control-characters']],
    ['a mark that turns the direction of writing', named('central.a\u202eb'), ['control-characters']],
    ['a name that is too long', named(`central.${'x'.repeat(60)}`), ['common-name']],
    ['a wildcard', made({ dnsNames: ['*.example'] }), ['san-dns']],
    ['a key of another curve', withKey(generateKeyPairSync('ec', { namedCurve: 'P-521' })), ['key-kind']],
    ['an RSA key of 1024 bits', rsa(1024), ['rsa-size']],
    ['an exponent of 3', rsa(2048, 3), ['rsa-exponent']],
  ])('with %s is told its problem', (_what, request, codes) => {
    expect(codesOf(request, { instanceName: 'central' })).toEqual(codes);
  });

  it('tells all its problems at once', () => {
    expect(codesOf(named('../x'), { instanceName: 'central' })).toEqual(['common-name-path', 'instance-name']);
  });

  it('proves that whoever asks has the key', () => {
    const request = made();
    const signature = Buffer.from(request.signature);
    signature[signature.length - 1]! ^= 1;
    expect(codesOf({ ...request, signature })).toEqual(['proof-of-possession']);
    expect(codesOf({ ...request, signedPart: Buffer.concat([request.signedPart, Buffer.of(0)]) })).toEqual([
      'proof-of-possession',
    ]);
  });

  it.each([
    ['nothing', ''],
    ['another kind of PEM', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
    ['two of them', made().pem + made().pem],
    ['text before it', `hello\n${made().pem}`],
    ['too much', `${made().pem}${' '.repeat(20_000)}`],
    ['bytes behind it', pemOf(Buffer.concat([made().der, Buffer.of(0)]))],
    ['no DER', pemOf(Buffer.from('hello'))],
    ['a length in a longer form than it needs', pemOf(longForm(made().der))],
  ])('is not read from %s', (_what, text) => {
    expect(() => readSigningRequest(text)).toThrow(SigningRequestUnreadableError);
  });

  it('says only what is its own whatever bytes are changed', () => {
    const { der } = made({ dnsNames: ['a.example'] });
    for (let at = 0; at < der.length; at++) {
      for (const value of [0, 0x7f, 0x80, 0xff, der[at]! ^ 1]) {
        const bytes = Buffer.from(der);
        bytes[at] = value;
        try {
          codesOf(readSigningRequest(pemOf(bytes)));
        } catch (error) {
          expect(error).toBeInstanceOf(SigningRequestUnreadableError);
        }
      }
    }
  });
});

function rsa(modulusLength: number, publicExponent = 65_537): SigningRequest {
  return withKey(generateKeyPairSync('rsa', { modulusLength, publicExponent }));
}

/** As a maker without our rules would sign it. */
function withKey({ publicKey, privateKey: key }: KeyPair): SigningRequest {
  const good = made();
  const signatureOid = key.asymmetricKeyType === 'rsa' ? oids.sha256WithRSAEncryption : good.signatureOid;
  return { ...good, publicKey, signatureOid, signature: sign('sha256', good.signedPart, key) };
}

function pemOf(der: Buffer): string {
  return `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
}

/** BER allows the outermost length with a leading zero octet. */
function longForm(der: Buffer): Buffer {
  const octets = der[1]! & 0x7f;
  return Buffer.concat([Buffer.of(0x30, 0x80 | (octets + 1), 0), der.subarray(2)]);
}
