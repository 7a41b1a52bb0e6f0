import { formatTimestamp } from '@volttron-ts/vip-core';
import type { Clock } from '@volttron-ts/vip-core';

/** The time as VOLTTRON writes it, with µs. */
export const timestampOf = (clock: Clock): string => formatTimestamp(clock.now() * 1000);

/** What every publication carries (vip-zmq.md §2.7.9). */
export const versionHeaders = { min_compatible_version: '3.0', max_compatible_version: '' } as const;

/** The author's headers, with `TimeStamp`, `Date` and the two version headers where they are missing. */
export function completeHeaders(
  headers: Readonly<Record<string, unknown>>,
  clock: Clock,
): Readonly<Record<string, unknown>> {
  const stamp = headers['TimeStamp'] ?? headers['Date'] ?? timestampOf(clock);
  return { Date: stamp, TimeStamp: stamp, ...headers, ...versionHeaders };
}
