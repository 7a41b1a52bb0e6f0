import type { KeyRequest } from '@volttron-ts/vip-core';

/** Waiting ones first, the longest waiting at the top; then the decided ones, the latest first. */
export function sortRequests(requests: readonly KeyRequest[]): readonly KeyRequest[] {
  return requests.toSorted((a, b) => {
    const waiting = Number(b.status === 'pending') - Number(a.status === 'pending');
    if (waiting !== 0) return waiting;
    return a.status === 'pending' ? compare(a.firstSeen, b.firstSeen) : compare(b.lastSeen, a.lastSeen);
  });
}

function compare(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}
