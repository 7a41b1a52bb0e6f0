import { describe, expect, it } from 'vitest';

import { PublisherWindow, PublisherWindows } from './publisher-windows.ts';

function outcomes() {
  const heard: string[] = [];
  return { heard, as: (name: string) => (outcome: string) => heard.push(`${name} ${outcome}`) };
}

describe("a publisher's window", () => {
  it('settles a duplicate on its way to the disk with the first one', () => {
    const { heard, as } = outcomes();
    const window = new PublisherWindow(0, []);
    expect(window.accept(1, as('first'))).toBe(true);
    expect(window.accept(1, as('second'))).toBe(false);
    expect(heard).toEqual([]);
    window.settle(1, 'kept');
    expect(heard).toEqual(['first kept', 'second kept']);
  });

  it('answers a duplicate of what is kept at once, what an earlier run kept included', async () => {
    const { heard, as } = outcomes();
    const window = new PublisherWindow(7, []);
    expect(window.accept(7, as('seven'))).toBe(false);
    expect(window.accept(8, as('eight'))).toBe(true);
    await Promise.resolve();
    expect(heard).toEqual(['seven kept']);
  });

  it('takes a refused number again, even when later ones are kept', () => {
    const { heard, as } = outcomes();
    const window = new PublisherWindow(0, []);
    window.accept(1, as('1'));
    window.accept(2, as('2'));
    window.settle(1, 'refused');
    window.settle(2, 'kept');
    expect(window.accept(1, as('1 again'))).toBe(true);
    window.settle(1, 'kept');
    expect(window.accept(1, as('1 once more'))).toBe(false);
    expect(heard).toEqual(['1 refused', '2 kept', '1 again kept']);
  });

  it('takes a number that an earlier run refused', () => {
    const { as } = outcomes();
    const window = new PublisherWindow(9, [4]);
    expect(window.accept(3, as('3'))).toBe(false);
    expect(window.accept(4, as('4'))).toBe(true);
  });
});

describe('the windows of all publishers', () => {
  it('tell users and epochs apart, and begin where the journal stood', () => {
    const windows = new PublisherWindows([{ user: 'a', epoch: 'e', n: 5, holes: [] }]);
    const ignore = (): void => undefined;
    expect(windows.of('a', 'e').accept(5, ignore)).toBe(false);
    expect(windows.of('b', 'e').accept(5, ignore)).toBe(true);
    expect(windows.of('a', 'f').accept(5, ignore)).toBe(true);
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
