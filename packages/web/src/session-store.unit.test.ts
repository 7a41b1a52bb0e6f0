import { describe, expect, it } from 'vitest';
import { SessionStore } from './session-store.ts';

function makeStore(): SessionStore {
  let next = 0;
  return new SessionStore(() => `s${next++}`);
}

describe('SessionStore', () => {
  it('answers the token of an open session and of no other', () => {
    const store = makeStore();
    const [first, second] = [store.open('one'), store.open('two')];
    store.close(first);
    expect(store.token(first)).toBeUndefined();
    expect(store.token(second)).toBe('two');
    expect(store.token('')).toBeUndefined();
  });

  it('holds a thousand sessions and lets go of the one used longest ago', () => {
    const store = makeStore();
    const [first, second] = [store.open('one'), store.open('two')];
    expect(store.token(first)).toBe('one');
    for (let count = 0; count < 999; count++) store.open('more');
    expect(store.token(second)).toBeUndefined();
    expect(store.token(first)).toBe('one');
  });
});
