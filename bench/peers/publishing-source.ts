/** Publishes on a platform, as an agent or through its gRPC gateway, as fast as it is taken. */
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { Client, credentials } from '@grpc/grpc-js';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import { openLocalPlatform, systemClock } from '@volttron-ts/connect';
import { loadService } from '@volttron-ts/grpc';
import { serve } from './serve.ts';

export interface PublishingConfig {
  readonly home: string;
  readonly via: 'agent' | 'gateway';
  readonly target: string;
  readonly key: string;
  readonly cert: string;
  readonly root: string;
}

type Run = (milliseconds: number) => Promise<{ readonly count: number; readonly seconds: number }>;

const WARM_MS = 1000;
const MEASURED_MS = 3000;
const UNDER_WAY = 1000;
/** No journal keeps it: what is measured is the way onto the bus. */
const TOPIC = 'bench/publishing';
const MESSAGE = JSON.stringify([{ text: 'x'.repeat(170) }, {}]);
/** What a program has at hand at once when it publishes as fast as it can. */
const BATCH = 64;
const batch = { publications: Array.from({ length: BATCH }, () => ({ topic: TOPIC, message: MESSAGE })) };
const quiet = (): void => undefined;
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };

async function byAgent({ home }: PublishingConfig): Promise<Run> {
  const { bus } = await openLocalPlatform({ home, identity: 'source', environment: {}, clock: systemClock });
  const { vip } = startAgent(defineAgent({ name: 'source', config: t.Object({}) }), { bus, log, clock: systemClock });
  await vip.hello('');
  return async (milliseconds) => {
    const started = performance.now();
    const underWay = new Set<Promise<unknown>>();
    let count = 0;
    while (performance.now() - started < milliseconds) {
      const one = vip.pubsub.publishJson(TOPIC, MESSAGE).finally(() => underWay.delete(one));
      underWay.add(one);
      count++;
      if (underWay.size >= UNDER_WAY) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    return { count, seconds: (performance.now() - started) / 1000 };
  };
}

function byGateway({ target, key, cert, root }: PublishingConfig): Run {
  const { path, requestSerialize, responseDeserialize } = loadService('vip.proto', 'volttron.Vip')['Publish']!;
  const tls = credentials.createSsl(readFileSync(root), readFileSync(key), readFileSync(cert));
  const client = new Client(target, tls);
  return async (milliseconds) => {
    const started = performance.now();
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    let taken = 0;
    call.on('data', (answer: { count: string }) => (taken = Number(answer.count)));
    const ended = once(call, 'end');
    while (performance.now() - started < milliseconds) {
      if (!call.write(batch)) await once(call, 'drain');
    }
    call.end();
    await ended;
    return { count: taken, seconds: (performance.now() - started) / 1000 };
  };
}

await serve(async (given) => {
  const config = given as PublishingConfig;
  const run = config.via === 'agent' ? await byAgent(config) : byGateway(config);
  return { ready: {}, commands: { warm: () => run(WARM_MS), measure: () => run(MEASURED_MS) } };
});
