import { Z85Error } from './errors.ts';

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const values = new Int8Array(128).fill(-1);
for (let index = 0; index < alphabet.length; index++) values[alphabet.charCodeAt(index)] = index;

/** ZeroMQ RFC 32; a key of 32 bytes becomes 40 characters. */
export function encodeZ85(bytes: Uint8Array): string {
  if (bytes.length % 4 !== 0) throw new Z85Error(`${bytes.length} bytes are not a multiple of 4`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = '';
  for (let offset = 0; offset < bytes.length; offset += 4) {
    const word = view.getUint32(offset);
    for (let divisor = 85 ** 4; divisor >= 1; divisor /= 85) {
      text += alphabet.charAt(Math.floor(word / divisor) % 85);
    }
  }
  return text;
}

/** ZeroMQ RFC 32. */
export function decodeZ85(text: string): Buffer {
  if (text.length % 5 !== 0) throw new Z85Error(`${text.length} characters are not a multiple of 5`);
  const bytes = Buffer.alloc((text.length / 5) * 4);
  for (let group = 0; group < text.length / 5; group++) {
    let word = 0;
    for (let index = group * 5; index < group * 5 + 5; index++) {
      const digit = values[text.charCodeAt(index)] ?? -1;
      if (digit < 0) throw new Z85Error(`the character at position ${index + 1} is not in its alphabet`);
      word = word * 85 + digit;
    }
    if (word > 0xffffffff) throw new Z85Error(`the group at position ${group * 5 + 1} is above 32 bits`);
    bytes.writeUInt32BE(word, group * 4);
  }
  return bytes;
}
