import { InvalidValueError } from './errors.ts';

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const Z85 = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const KEY_BYTES = 32;

/** A CURVE key as VOLTTRON stores and shows it: 32 bytes in 43 characters of URL-safe base64, without padding. */
export function encodeKey(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += BASE64URL.charAt(word >>> 18) + BASE64URL.charAt((word >>> 12) & 63);
    if (left > 1) text += BASE64URL.charAt((word >>> 6) & 63);
    if (left > 2) text += BASE64URL.charAt(word & 63);
  }
  return text;
}

/**
 * Reads a key in every form VOLTTRON accepts: 43 or 44 characters of base64url, 40 of Z85, 54 or 56 of base64url over
 * Z85, 64 of hex, 80 of hex over Z85 (reference/vip-zmq.md §3.1). The text is not shown in the error: it may be a secret.
 */
export function decodeKey(text: string): Uint8Array {
  const bytes = decodeAnyForm(text);
  if (bytes?.length === KEY_BYTES) return bytes;
  throw new InvalidValueError(
    'key',
    `${text.length} characters`,
    `A text of ${text.length} characters is no CURVE key.`,
    'A key has 43 characters (letters, digits, "-" and "_"), as "vctl auth publickey" prints it.',
  );
}

function decodeAnyForm(text: string): Uint8Array | undefined {
  switch (text.length) {
    case 40:
      return decodeZ85(text);
    case 43:
    case 44:
      return decodeBase64Url(text);
    case 54:
    case 56:
      return overZ85(decodeBase64Url(text));
    case 64:
      return decodeHex(text);
    case 80:
      return overZ85(decodeHex(text));
    default:
      return undefined;
  }
}

function overZ85(ascii: Uint8Array | undefined): Uint8Array | undefined {
  return ascii === undefined ? undefined : decodeZ85(String.fromCharCode(...ascii));
}

function decodeBase64Url(text: string): Uint8Array | undefined {
  const digits = text.replace(/=+$/, '');
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const digit of digits) {
    const value = BASE64URL.indexOf(digit);
    if (value < 0) return undefined;
    held = (held << 6) | value;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >>> bits) & 0xff;
      held &= (1 << bits) - 1;
    }
  }
  return bytes;
}

function decodeHex(text: string): Uint8Array | undefined {
  if (!/^[0-9a-fA-F]+$/.test(text)) return undefined;
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

function decodeZ85(text: string): Uint8Array | undefined {
  if (text.length % 5 !== 0) return undefined;
  const bytes = new Uint8Array((text.length / 5) * 4);
  for (let group = 0; group < text.length / 5; group++) {
    let word = 0;
    for (let at = 0; at < 5; at++) {
      const value = Z85.indexOf(text.charAt(group * 5 + at));
      if (value < 0) return undefined;
      word = word * 85 + value;
    }
    if (word > 0xffff_ffff) return undefined;
    for (let at = 0; at < 4; at++) bytes[group * 4 + at] = Math.floor(word / 256 ** (3 - at)) & 0xff;
  }
  return bytes;
}
