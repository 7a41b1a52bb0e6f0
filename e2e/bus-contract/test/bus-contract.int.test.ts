import type { AmqpTls } from '@volttron-ts/bus-rmq';
import { PrivateBroker } from '@volttron-ts/bus-rmq/testing';
import { loadLibzmqConnection, ZmqConnection } from '@volttron-ts/bus-zmq';
import { describeBus } from '@volttron-ts/vip-core/testing';
import { afterAll, beforeAll } from 'vitest';
import { OurPlatform } from './support/our-platform.ts';
import type { Engine } from './support/our-platform.ts';
import { RmqPlatform } from './support/rmq-platform.ts';

const engines: readonly (readonly [name: string, engine: Engine])[] = [
  ['ZMQ by our own ZMTP', ZmqConnection],
  ['ZMQ with libzmq on the agent side', await loadLibzmqConnection()],
];

for (const [name, engine] of engines) {
  describeBus(name, async () => {
    const platform = await OurPlatform.start();
    return {
      connect: (identity) => platform.connection(identity, engine),
      cut: (identity) => {
        platform.cut(identity);
      },
      close: async () => platform[Symbol.asyncDispose](),
    };
  });
}

const identities = ['router', 'one', 'two'];
let broker: PrivateBroker;
const certificates = new Map<string, AmqpTls>();

beforeAll(async () => {
  broker = await PrivateBroker.start(identities.map((identity) => ({ name: `central.${identity}` })));
  for (const identity of identities) certificates.set(identity, await broker.tls(`central.${identity}`));
}, 180_000);

afterAll(() => broker[Symbol.asyncDispose]());

describeBus('RabbitMQ', async () => {
  const platform = await RmqPlatform.start(broker, certificates);
  return {
    connect: (identity) => platform.connection(identity),
    cut: (identity) => {
      platform.cut(identity);
    },
    close: async () => platform[Symbol.asyncDispose](),
  };
});
