import { RmqConnection } from '@volttron-ts/bus-rmq';
import type { AmqpTls, BrokerAddress } from '@volttron-ts/bus-rmq';
import type { Clock } from '@volttron-ts/vip-core';

/** The certificate's common name is `central.listener`: the broker takes it for the user. */
export function connectListener(brokers: readonly BrokerAddress[], tls: AmqpTls, clock: Clock): RmqConnection {
  const agent = { instance: 'central', identity: 'listener', brokers, virtualHost: 'volttron' };
  const bus = new RmqConnection({ ...agent, tls, clock });
  bus.open({
    message: (message) => {
      console.log(message.subsystem);
    },
    state: (state, reason) => {
      console.log(state, reason?.line ?? '');
    },
  });
  return bus;
}
