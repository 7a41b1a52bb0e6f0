import type { WorkerCaller } from '@volttron-ts/storage';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { expect, it } from 'vitest';

import type { CertificateWorkerApi } from './certificate-worker.ts';
import type { CallResult, OpenedCall } from './order-command.ts';
import { OrderEngine } from './order-engine.ts';
import type { PluginRunner } from './plugin-runner.ts';

const call: OpenedCall = {
  ...{ orderId: 'o', callNumber: 1, plugin: 'p', method: 'issueCertificateRequest', openedAt: 0, fingerprint: 'f' },
  ...{ orderMeta: '{"csr":"","profile":"client"}', pluginMeta: '{}', exclusive: false },
};

/** What is kept of a call whose plugin saves first, and throws what it was answered. */
async function outcomeWhen(isDiskGood: boolean, thrown: string | undefined): Promise<CallResult['outcome']> {
  const { promise, resolve } = Promise.withResolvers<CallResult['outcome']>();
  const worker = {
    call: (method: string, request: unknown) => {
      if (method === 'certificates.save' && !isDiskGood) return Promise.reject(new Error('disk full'));
      if (method === 'certificates.settle') resolve((request as CallResult).outcome);
      return Promise.resolve({ outcome: undefined, effects: { calls: [], planned: [], steps: [] } });
    },
  } as unknown as WorkerCaller<CertificateWorkerApi>;
  const runner: PluginRunner = {
    names: ['p'],
    supports: () => Promise.resolve(true),
    call: async (made) => {
      const failed = await made.save({ reference: 1 }).then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      const message = failed ?? thrown;
      const pluginMeta = { reference: 1 };
      if (message !== undefined) return { kind: 'thrown', message, pluginMeta };
      return { kind: 'result', result: { status: 'waiting for CA' }, pluginMeta };
    },
  };
  const nothing = (): void => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const parts = { worker, runner, clock: new SteppedClock(), log, random: () => 0.5 };
  const engine = new OrderEngine({ ...parts, onSteps: nothing, onSettled: nothing });
  engine.follow({ calls: [call], planned: [], steps: [] });
  return promise;
}

it('takes what a plugin throws as the end of its order, but not what our disk let it throw', async () => {
  expect(await outcomeWhen(true, undefined)).toMatchObject({ kind: 'answered' });
  expect(await outcomeWhen(true, 'the CA is on fire')).toMatchObject({ kind: 'failed', message: 'the CA is on fire' });
  expect(await outcomeWhen(false, undefined)).toMatchObject({ kind: 'interrupted', message: 'disk full' });
});
