import { workerData } from 'node:worker_threads';
import { defineAgent, startAgent, t } from '@volttron-ts/agent';
import { ZmqConnection } from '@volttron-ts/bus-zmq';
import { systemClock } from '@volttron-ts/connect';
import { parseAddress } from '@volttron-ts/vip-core';

const nothing = (): void => undefined;
const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

/** Two agents in a thread of their own; says that the one had the other's pong. */
const { address, serverkey, keys, passed } = workerData as {
  readonly address: string;
  readonly serverkey: string;
  readonly keys: Readonly<Record<string, { readonly publickey: string; readonly secretkey: string }>>;
  readonly passed: Int32Array;
};
const [one, two] = Object.entries(keys).map(([identity, pair]) => {
  const end = { identity, address: parseAddress(address), keys: { ...pair, serverkey }, clock: systemClock };
  const definition = defineAgent({ name: identity, config: t.Object({}) });
  return startAgent(definition, { bus: new ZmqConnection(end), clock: systemClock, log, configStore: false });
});
await two!.vip.hello('');
await one!.vip.ping('two');
Atomics.store(passed, 0, 1);
Atomics.notify(passed, 0);
