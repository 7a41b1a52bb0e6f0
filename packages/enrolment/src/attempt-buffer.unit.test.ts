import { describe, expect, it } from 'vitest';

import { AttemptBuffer } from './attempt-buffer.ts';

const request = (credential: string, identity = 'agent.a') =>
  ({ mechanism: 'CURVE', credential, identity, domain: 'vip', address: '10.0.0.5' }) as const;
const pending = { status: 300, text: 'pending' } as const;

describe('attempt buffer', () => {
  it('sums up attempts of one key under one name, with the first and the latest time', () => {
    const buffer = new AttemptBuffer(10);
    buffer.add(request('a'), pending, 1);
    buffer.add(request('a'), pending, 5);
    buffer.add(request('a', 'agent.b'), pending, 7);
    expect(buffer.drain()).toMatchObject([
      { credential: 'a', identity: 'agent.a', attempts: 2, first: 1, last: 5, pending: true },
      { credential: 'a', identity: 'agent.b', attempts: 1, first: 7, last: 7 },
    ]);
    expect(buffer.isEmpty).toBe(true);
  });

  it('takes no more keys than its bound, and goes on counting those it has', () => {
    const buffer = new AttemptBuffer(2);
    for (const key of ['a', 'b', 'c', 'a']) buffer.add(request(key), pending, 1);
    expect(buffer.drain().map(({ credential, attempts }) => [credential, attempts])).toEqual([
      ['a', 2],
      ['b', 1],
    ]);
  });

  it('passes over what nobody can decide on: no key, no name, our own failure', () => {
    const buffer = new AttemptBuffer(10);
    const anonymous = { mechanism: 'NULL', identity: 'agent.a', domain: 'vip', address: 'localhost' } as const;
    buffer.add(anonymous, { status: 400, text: '' }, 1);
    buffer.add(request('a', ''), pending, 1);
    buffer.add(request('a', 'a b'), pending, 1);
    buffer.add(request('a'), { status: 500, text: '' }, 1);
    buffer.add(request('a'), { status: 200, user: 'a' }, 1);
    expect(buffer.isEmpty).toBe(true);
  });
});
