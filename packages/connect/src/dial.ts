import type { BusConnection, VipAddress } from '@volttron-ts/vip-core';

/** Makes the connection to a ZMQ platform whose key is known; opened by its user. */
export type Dial = (target: {
  /** Address without keys. */
  readonly address: VipAddress;
  readonly serverkey: string;
  readonly identity: string;
}) => BusConnection;
