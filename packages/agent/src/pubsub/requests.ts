import { encodeRpc, encodeText } from '@volttron-ts/vip-core';
import type { Interest } from './subscription.ts';

type Platforms = 'internal' | 'all';

const platformsOf = ({ allPlatforms }: Interest): Platforms => (allPlatforms ? 'all' : 'internal');

/** Arguments of `subscribe` (vip-zmq.md §2.7.1). */
export const subscribeRequest = ({ prefix, bus, allPlatforms }: Interest): Uint8Array[] => [
  encodeText('subscribe'),
  encodeRpc({ prefix: [prefix], bus, all_platforms: allPlatforms }),
];

/** Arguments of `unsubscribe` (§2.7.2). */
export const unsubscribeRequest = (interest: Interest): Uint8Array[] => [
  encodeText('unsubscribe'),
  encodeRpc({ [platformsOf(interest)]: { prefix: [interest.prefix], bus: interest.bus } }),
];

/** Arguments of `synchronize`: all subscriptions, of every bus (§2.7.5). Kinds without any are left out, as in Python. */
export function synchronizeRequest(interests: Iterable<Interest>): Uint8Array[] {
  const subscriptions: Partial<Record<Platforms, Record<string, string[]>>> = {};
  for (const interest of interests) {
    const buses = (subscriptions[platformsOf(interest)] ??= {});
    const prefixes = (buses[interest.bus] ??= []);
    if (!prefixes.includes(interest.prefix)) prefixes.push(interest.prefix);
  }
  return [encodeText('synchronize'), encodeText('connected'), encodeRpc({ subscriptions })];
}
