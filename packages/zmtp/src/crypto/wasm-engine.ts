import type { CryptoEngine } from './engine.ts';

/** libsodium as WebAssembly: runs everywhere, 2 to 6 times slower than the add-on. */
export async function wasmEngine(): Promise<CryptoEngine> {
  // Loaded only where it is needed: it takes longer than all the rest of this package.
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  return {
    name: 'libsodium-wrappers',
    randomBytes: (length) => Buffer.from(sodium.randombytes_buf(length)),
    publicKey: (secretKey) => Buffer.from(sodium.crypto_scalarmult_base(secretKey)),
    agree(publicKey, secretKey) {
      try {
        return Buffer.from(sodium.crypto_box_beforenm(publicKey, secretKey));
      } catch {
        return undefined;
      }
    },
    seal(out, message, nonce, key) {
      out.set(sodium.crypto_secretbox_easy(message, nonce, key));
    },
    open(out, box, nonce, key) {
      try {
        out.set(sodium.crypto_secretbox_open_easy(box, nonce, key));
        return true;
      } catch {
        return false;
      }
    },
    zero(bytes) {
      bytes.fill(0);
    },
  };
}
