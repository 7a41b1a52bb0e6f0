import type { KeyRequest } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';
import { formatAge } from './age.ts';
import { sortRequests } from './sort-requests.ts';

function request(id: string, status: KeyRequest['status'], minute: number): KeyRequest {
  const seen = `2026-11-22T10:${String(minute).padStart(2, '0')}:00.000000+00:00`;
  return {
    id,
    status,
    credential: 'x',
    identity: 'x',
    domain: 'vip',
    address: 'x',
    attempts: 1,
    firstSeen: seen,
    lastSeen: seen,
  };
}

describe('sortRequests', () => {
  it('puts the longest waiting first and the decided last', () => {
    const requests = [
      request('denied', 'denied', 5),
      request('young', 'pending', 9),
      request('approved', 'approved', 7),
      request('old', 'pending', 1),
    ];
    expect(sortRequests(requests).map(({ id }) => id)).toEqual(['old', 'young', 'approved', 'denied']);
  });
});

describe('formatAge', () => {
  it.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [59, '59 seconds'],
    [60, '1 minute'],
    [7199, '1 hour'],
    [7200, '2 hours'],
    [200_000, '2 days'],
    [-5, '0 seconds'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(formatAge(1000, 1000 + seconds * 1000)).toBe(text);
  });
});
