import { describe, expect, it } from 'vitest';

import { PublisherWindow, PublisherWindows } from './publisher-windows.ts';

function outcomes() {
  const heard: string[] = [];
  return { heard, as: (name: string) => (outcome: string) => heard.push(`${name} ${outcome}`) };
}

describe("a publisher's window", () => {
  it('settles a duplicate on its way to the disk with the first one', () => {
    const { heard, as } = outcomes();
    const window = new PublisherWindow(0);
    expect(window.accept(1, as('first'))).toBe('new');
    expect(window.accept(1, as('second'))).toBe('duplicate');
    expect(heard).toEqual([]);
    window.settle(1, 'kept');
    expect(heard).toEqual(['first kept', 'second kept']);
  });

  it('answers a duplicate of what is kept at once, what an earlier run kept included', async () => {
    const { heard, as } = outcomes();
    const window = new PublisherWindow(7);
    expect(window.accept(7, as('seven'))).toBe('duplicate');
    expect(window.accept(8, as('eight'))).toBe('new');
    await Promise.resolve();
    expect(heard).toEqual(['seven kept']);
  });

  it('refuses what is behind a refused number until that comes again', async () => {
    const { heard, as } = outcomes();
    const window = new PublisherWindow(0);
    for (const n of [1, 2, 3]) window.accept(n, as(`${n}`));
    window.settle(1, 'kept');
    window.settle(2, 'refused');
    expect(window.accept(4, as('4'))).toBe('refused');
    window.settle(3, 'refused');
    expect(window.accept(3, as('3 too early'))).toBe('refused');
    expect([window.accept(2, as('2 again')), window.accept(3, as('3 again'))]).toEqual(['new', 'new']);
    window.settle(2, 'kept');
    expect(window.accept(2, as('2 once more'))).toBe('duplicate');
    await Promise.resolve();
    const early = ['4 refused', '3 too early refused', '2 once more kept'];
    expect(heard).toEqual(['1 kept', '2 refused', '3 refused', '2 again kept', ...early]);
  });

  it('waits for a number that was refused elsewhere, unless it never comes', () => {
    const { as } = outcomes();
    const window = new PublisherWindow(3);
    window.passedOver(2, 'again');
    window.passedOver(4, 'again');
    expect(window.accept(5, as('5'))).toBe('refused');
    window.passedOver(5, 'never');
    expect(window.accept(6, as('6'))).toBe('refused');
    window.passedOver(4, 'never');
    expect([window.accept(5, as('5')), window.accept(3, as('3'))]).toEqual(['new', 'duplicate']);
  });

  it('takes what is kept for kept, also when its resent copy was refused elsewhere meanwhile', () => {
    const { as } = outcomes();
    const window = new PublisherWindow(0);
    window.accept(1, as('1'));
    window.passedOver(1, 'again');
    window.accept(2, as('2'));
    window.settle(1, 'kept');
    window.settle(2, 'kept');
    expect([window.accept(1, as('1')), window.accept(3, as('3'))]).toEqual(['duplicate', 'new']);
  });
});

describe('the windows of all publishers', () => {
  it('tell users and epochs apart, and begin where the journal stood', () => {
    const windows = new PublisherWindows([{ user: 'a', epoch: 'e', n: 5 }]);
    const ignore = (): void => undefined;
    expect(windows.of('a', 'e').accept(5, ignore)).toBe('duplicate');
    expect(windows.of('b', 'e').accept(5, ignore)).toBe('new');
    expect(windows.of('a', 'f').accept(5, ignore)).toBe('new');
  });

  it('forget the oldest epochs of a user, but none with something on its way', () => {
    const windows = new PublisherWindows([]);
    const ignore = (): void => undefined;
    const busy = windows.of('a', 'busy');
    busy.accept(1, ignore);
    const idle = windows.of('a', 'idle');
    for (let epoch = 0; epoch < 8; epoch++) windows.of('a', `e${epoch}`);
    expect(windows.of('a', 'busy')).toBe(busy);
    expect(windows.of('a', 'idle')).not.toBe(idle);
  });
});
