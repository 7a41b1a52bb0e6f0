import { hash as digest } from 'node:crypto';

/** Octets of an output and of a block. */
const sizes = {
  sha1: { output: 20, block: 64 },
  sha256: { output: 32, block: 64 },
  sha384: { output: 48, block: 128 },
  sha512: { output: 64, block: 128 },
} as const;

export type Pkcs12Hash = keyof typeof sizes;

/** What the octets are for (RFC 7292 §B.3). */
const purposes = { key: 1, iv: 2, mac: 3 } as const;

export interface Derivation {
  readonly hash: Pkcs12Hash;
  readonly passphrase: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** PKCS#12's own way from a passphrase to key octets (RFC 7292 §B.2). */
export function pkcs12Key(
  { hash, passphrase, salt, iterations }: Derivation,
  purpose: keyof typeof purposes,
  length: number,
): Buffer {
  const { output, block } = sizes[hash];
  const diversifier = Buffer.alloc(block, purposes[purpose]);
  const input = Buffer.concat([filled(salt, block), filled(bmpString(passphrase), block)]);
  const parts: Buffer[] = [];
  for (let made = 0; made < length; made += output) {
    let part = digest(hash, Buffer.concat([diversifier, input]), 'buffer');
    for (let round = 1; round < iterations; round++) part = digest(hash, part, 'buffer');
    parts.push(part);
    addToBlocks(input, filled(part, block).subarray(0, block));
  }
  return Buffer.concat(parts).subarray(0, length);
}

/** UTF-16, big endian, with a zero at its end (RFC 7292 §B.1). */
const bmpString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf16le').swap16();

/** The octets again and again up to a whole number of blocks. */
function filled(bytes: Uint8Array, block: number): Buffer {
  return Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes);
}

/** Adds a number and 1 to each block, the carry out of a block is lost. */
function addToBlocks(blocks: Buffer, addend: Buffer): void {
  for (let start = 0; start < blocks.length; start += addend.length) {
    let carry = 1;
    for (let at = addend.length - 1; at >= 0; at--) {
      carry += (blocks[start + at] ?? 0) + (addend[at] ?? 0);
      blocks[start + at] = carry & 0xff;
      carry >>= 8;
    }
  }
}
