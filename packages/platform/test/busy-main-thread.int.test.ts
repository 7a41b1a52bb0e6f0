import { Worker } from 'node:worker_threads';
import { KeyStore } from '@volttron-ts/auth';
import { expect, it, onTestFinished } from 'vitest';
import { TestPlatform } from './support/test-platform.ts';

/** The original's one thread serves auth, control, configuration, web and every message (reference/vip-zmq.md §7.1 item 5). */
it('messages pass while the main thread of the platform is busy', async () => {
  await using platform = await TestPlatform.start();
  const keys: Record<string, object> = {};
  for (const identity of ['one', 'two']) {
    await (await platform.enter(identity)).stop();
    const { publicKey, secret } = await new KeyStore(platform.home).agent(identity);
    keys[identity] = { publickey: publicKey, secretkey: secret.reveal() };
  }
  const passed = new Int32Array(new SharedArrayBuffer(4));
  const { addresses, serverKey } = platform.status;
  const worker = new Worker(new URL('./support/pinger.ts', import.meta.url), {
    workerData: { address: addresses[0], serverkey: serverKey, keys, passed },
    execArgv: ['--conditions=@volttron-ts/source'],
  });
  onTestFinished(async () => {
    await worker.terminate();
  });
  // This is the main thread of the platform: it does nothing else until then.
  expect(Atomics.wait(passed, 0, 0, 20_000)).toBe('ok');
});
