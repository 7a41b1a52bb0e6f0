/** Asks an authenticator of many entries who may come in, one by one: known keys, and every tenth time an unknown one. */
import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { createAuthenticator } from '@volttron-ts/auth';
import { accessTable } from './access-entries.ts';
import { serve } from './serve.ts';

const LOOKUPS = 50_000;
const newKey = (): string => randomBytes(33).toString('base64url').slice(0, 43);

await serve(async (given) => {
  const { entries } = given as { readonly entries: number };
  const keys = Array.from({ length: entries / 2 }, newKey);
  const authenticator = createAuthenticator(accessTable({ keys, entries }));
  const run = (): number => {
    const took: number[] = [];
    for (let n = 0; n < LOOKUPS; n++) {
      const credential = n % 10 === 0 ? newKey() : keys[Math.floor(Math.random() * keys.length)]!;
      const request = {
        mechanism: 'CURVE',
        credential,
        identity: `a${n}`,
        domain: 'vip',
        address: '127.0.0.1',
      } as const;
      const before = performance.now();
      const { status } = authenticator.authenticate(request);
      took.push((performance.now() - before) * 1000);
      if ((status === 200) === (n % 10 === 0)) throw new Error(`look-up ${n} was answered ${status}`);
    }
    return took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)]!;
  };
  return Promise.resolve({ ready: {}, commands: { warm: run, p99: run } });
});
