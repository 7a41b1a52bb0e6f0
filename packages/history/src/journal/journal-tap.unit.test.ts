import { describe, expect, it } from 'vitest';

import { JournalTap } from './journal-tap.ts';
import { PublisherWindows } from './publisher-windows.ts';

describe('a tap whose journal does not answer', () => {
  it('refuses what has no number beyond 64 MB, and goes on taking what has one', () => {
    const silent = { call: () => new Promise<never>(() => undefined), close: () => undefined };
    const tap = new JournalTap(silent, new PublisherWindows([]), {});
    const heard: string[] = [];
    const capture = (name: string, id?: { epoch: string; n: number }) =>
      tap.capture({ user: 'u', topic: 'record/a', body: new Uint8Array(33 * 1024 * 1024), id }, (outcome) =>
        heard.push(`${name} ${outcome}`),
      );
    const verdicts = [capture('one'), capture('two'), capture('three'), capture('four', { epoch: 'abcdefgh', n: 1 })];
    expect(verdicts).toEqual(['new', 'new', 'new', 'new']);
    expect(heard).toEqual(['three refused']);
  });
});
