import type { CryptoEngine } from './engine.ts';
import { nativeEngine } from './native-engine.ts';
import { wasmEngine } from './wasm-engine.ts';

async function load(): Promise<CryptoEngine> {
  try {
    return await nativeEngine();
  } catch {
    return await wasmEngine();
  }
}

/** The fastest engine that loads on this machine. */
export const crypto: CryptoEngine = await load();
