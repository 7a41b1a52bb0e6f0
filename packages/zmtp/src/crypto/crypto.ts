import { firstEngine } from './engine.ts';
import type { CryptoEngine } from './engine.ts';
import { nativeEngine } from './native-engine.ts';
import { wasmEngine } from './wasm-engine.ts';

/** The fastest engine that loads on this machine. */
export const crypto: CryptoEngine = await firstEngine(nativeEngine, wasmEngine);
