import { loadLibzmqConnection, ZmqConnection } from '@volttron-ts/bus-zmq';
import { describeBus } from '@volttron-ts/vip-core/testing';
import { OurPlatform } from './support/our-platform.ts';
import type { Engine } from './support/our-platform.ts';

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
