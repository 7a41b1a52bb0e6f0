import { tagLength } from '../crypto/engine.ts';
import type { CryptoEngine } from '../crypto/engine.ts';
import { CryptoError } from '../errors.ts';

/** Sources of a handshake that tests replace. */
export interface CurveSources {
  readonly engine: CryptoEngine;
  /** Bytes for transient secret keys, long nonces and cookies. */
  readonly random: (length: number) => Buffer;
}

/** A 24-byte nonce: 8 or 16 bytes of prefix, the rest from the command. */
export function nonce(prefix: string, rest: Buffer): Buffer {
  const bytes = Buffer.alloc(24);
  bytes.write(prefix, 'ascii');
  rest.copy(bytes, prefix.length);
  return bytes;
}

export function sealed(engine: CryptoEngine, text: Buffer, fullNonce: Buffer, key: Buffer): Buffer {
  const box = Buffer.allocUnsafe(text.length + tagLength);
  engine.seal(box, text, fullNonce, key);
  return box;
}

/** Throws CryptoError naming the command. */
export function opened(engine: CryptoEngine, command: string, box: Buffer, fullNonce: Buffer, key: Buffer): Buffer {
  const text = Buffer.allocUnsafe(Math.max(0, box.length - tagLength));
  if (box.length < tagLength || !engine.open(text, box, fullNonce, key)) {
    throw new CryptoError(command, 'its box does not open');
  }
  return text;
}

/** Throws CryptoError when the peer's key is of low order. */
export function agreed(engine: CryptoEngine, command: string, publicKey: Buffer, secretKey: Buffer): Buffer {
  const key = engine.agree(publicKey, secretKey);
  if (!key) throw new CryptoError(command, 'its key is not usable');
  return key;
}

export const helloLength = 200;
export const welcomeLength = 168;
export const cookieLength = 96;
