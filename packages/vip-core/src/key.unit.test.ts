import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidValueError } from './errors.ts';
import { decodeKey, encodeKey } from './key.ts';

/** The 32-byte vector of ZeroMQ RFC 32, and keys that VOLTTRON 9.0.4 wrote (golden vhomeA/keystore; thrown away). */
const vectors = [
  {
    name: 'RFC 32',
    hex: '8e0bdd697628b91d8f245587ee95c5b04d48963f79259877b49cd9063aead3b7',
    z85: 'JTKVSB%%)wK0E.X)V>+}o?pNmC{O&4W4b!Ni{Lh6',
    key: 'jgvdaXYouR2PJFWH7pXFsE1Ilj95JZh3tJzZBjrq07c',
    overZ85: 'SlRLVlNCJSUpd0swRS5YKVY-K31vP3BObUN7TyY0VzRiIU5pe0xoNg==',
    hexOverZ85: '4a544b565342252529774b30452e5829563e2b7d6f3f704e6d437b4f2634573462214e697b4c6836',
  },
  {
    name: 'golden public key',
    hex: '25f74d98b15cdf4534c9bb4c5f5417fe7b0809b1a0bac188803ca8024bc49f5a',
    z85: 'chgc3V0ufPg%9v6uSm<vDK6}.PT}%}Fio+iot)Da',
    key: 'JfdNmLFc30U0ybtMX1QX_nsICbGgusGIgDyoAkvEn1o',
    overZ85: 'Y2hnYzNWMHVmUGclOXY2dVNtPHZESzZ9LlBUfSV9RmlvK2lvdClEYQ==',
    hexOverZ85: '63686763335630756650672539763675536d3c76444b367d2e50547d257d46696f2b696f74294461',
  },
  {
    name: 'golden secret key',
    hex: '31ae565f8a6ab95ddac43b06db9873435fd885cd0ab8632b3c2a163f50d912db',
    z85: 'f%jL:IFxXc*qD5S*N94Hu!y7S3B<N@jsRahp$VGo',
    key: 'Ma5WX4pquV3axDsG25hzQ1_Yhc0KuGMrPCoWP1DZEts',
    overZ85: 'ZiVqTDpJRnhYYypxRDVTKk45NEh1IXk3UzNCPE5AanNSYWhwJFZHbw==',
    hexOverZ85: '66256a4c3a49467858632a714435532a4e393448752179375333423c4e406a73526168702456476f',
  },
];

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

describe.each(vectors)('the key of $name', ({ hex, z85, key, overZ85, hexOverZ85 }) => {
  it.each([
    ['43 characters of base64url', key],
    ['44, padded', `${key}=`],
    ['40 of Z85', z85],
    ['54 of base64url over Z85', overZ85.replaceAll('=', '')],
    ['56, padded', overZ85],
    ['64 of hex', hex],
    ['64 of upper-case hex', hex.toUpperCase()],
    ['80 of hex over Z85', hexOverZ85],
  ])('is read from %s', (_form, text) => {
    expect(hexOf(decodeKey(text))).toBe(hex);
  });

  it('is written in 43 characters', () => {
    expect(encodeKey(decodeKey(z85))).toBe(key);
  });
});

it('comes back from its text, whatever its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
      const text = encodeKey(bytes);
      expect(text).toMatch(/^[A-Za-z0-9_-]{43}$/);
      expect([...decodeKey(text)]).toEqual([...bytes]);
      expect([...decodeKey(hexOf(bytes))]).toEqual([...bytes]);
    }),
  );
});

it.each([
  ['an empty text', ''],
  ['42 characters', 'A'.repeat(42)],
  ['a foreign character in base64url', `${'A'.repeat(42)}+`],
  ['a foreign character in Z85', `${'0'.repeat(39)}"`],
  ['a Z85 group beyond 32 bits', '#'.repeat(40)],
  ['padding where a digit belongs', `${'A'.repeat(42)}==`],
  ['a foreign character in hex', `${'0'.repeat(63)}g`],
  ['hex that holds no Z85', '00'.repeat(40)],
  ['base64url that holds no Z85', 'A'.repeat(54)],
])('is refused: %s', (_what, text) => {
  expect(() => decodeKey(text)).toThrow(InvalidValueError);
});

it('does not stand in the error, for it may be a secret', () => {
  const secret = `${'s3cret'.repeat(7)}!`;
  try {
    decodeKey(secret);
    expect.unreachable();
  } catch (error) {
    expect(JSON.stringify([error, (error as InvalidValueError).line])).not.toContain('s3cret');
  }
});
