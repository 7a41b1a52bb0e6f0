import type { BusConnection, VipAddress } from '@volttron-ts/vip-core';

/** Makes the connection to a ZMQ platform whose key is known; opened by its user. */
export type Dial = (target: {
  /** Keys of the agent's in it take the place of its own. */
  readonly address: VipAddress;
  readonly serverkey: string;
  readonly identity: string;
}) => BusConnection;
