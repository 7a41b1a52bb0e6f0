/**
 * The NaCl functions that CURVE needs. Boxes are used with a precomputed key, which makes them secret boxes
 * (XSalsa20-Poly1305, 16 bytes of tag before the text).
 */
export interface CryptoEngine {
  readonly name: string;
  randomBytes(length: number): Buffer;
  /** The public key of a secret one. */
  publicKey(secretKey: Uint8Array): Buffer;
  /** The key that `publicKey` and `secretKey` agree on; undefined when the public key is of low order. */
  agree(publicKey: Uint8Array, secretKey: Uint8Array): Buffer | undefined;
  /** Writes tag and ciphertext to `out`; `out` may overlap `message` when the message starts 16 bytes into it. */
  seal(out: Uint8Array, message: Uint8Array, nonce: Uint8Array, key: Uint8Array): void;
  /** Writes the text to `out`, or answers false. */
  open(out: Uint8Array, box: Uint8Array, nonce: Uint8Array, key: Uint8Array): boolean;
  zero(bytes: Uint8Array): void;
}

export const tagLength = 16;

/** The first engine, or the second where the first has no binary. */
export async function firstEngine(
  first: () => Promise<CryptoEngine>,
  second: () => Promise<CryptoEngine>,
): Promise<CryptoEngine> {
  try {
    return await first();
  } catch {
    return await second();
  }
}
