/** The two WHATWG globals that every JavaScript runtime has; declared here because this room knows no Node types. */
declare const TextEncoder: new () => { encode(text: string): Uint8Array };
declare const TextDecoder: new (
  label: string,
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string };

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The longest frame that is cheaper to decode here than by TextDecoder. */
const SHORT = 64;

/** Text to UTF-8. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * A text frame: UTF-8 when it is valid UTF-8, else Latin-1, which is what Python peers write outside JSON
 * (reference/vip-zmq.md §1.4).
 */
export function decodeText(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length > SHORT) return decodeLong(bytes);
  for (let at = 0; at < length; at++) if ((bytes[at] ?? 0) > 0x7f) return decodeLong(bytes);
  // A typed array is what apply takes: an array-like of numbers.
  return String.fromCharCode.apply(null, bytes as unknown as number[]);
}

function decodeLong(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return text;
  }
}

/** Whether a frame holds exactly this ASCII text. */
export function equalsAscii(bytes: Uint8Array | undefined, text: string): boolean {
  if (bytes?.length !== text.length) return false;
  for (let at = 0; at < text.length; at++) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}

const SLAB = 64 * 1024;
let slab = new Uint8Array(SLAB);
let used = 0;

/** Bytes to fill in whole: small ones are cut from a common block, which is far cheaper than memory of their own. */
export function allocate(length: number): Uint8Array {
  if (length > SLAB / 16) return new Uint8Array(length);
  if (used + length > SLAB) {
    slab = new Uint8Array(SLAB);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}

/** Joins byte arrays into one. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
