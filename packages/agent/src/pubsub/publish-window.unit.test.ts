import { describe, expect, it } from 'vitest';
import { PublishWindow } from './publish-window.ts';

const entry = (bytes: number): Parameters<PublishWindow['add']>[0] => ({
  topic: 't',
  body: new Uint8Array(bytes),
  readings: 1,
  resolve: () => undefined,
  reject: () => undefined,
});

function drainTo(window: PublishWindow): number[] {
  const sent: number[] = [];
  for (let next = window.toSend(); next !== undefined; next = window.toSend()) {
    sent.push(next.n);
    window.sent(next);
  }
  return sent;
}

describe('PublishWindow', () => {
  it('numbers from 1 and sends in order, each once', () => {
    const window = new PublishWindow({ messages: 10, bytes: 100 });
    for (let count = 0; count < 3; count++) window.add(entry(1));
    expect(drainTo(window)).toEqual([1, 2, 3]);
    expect(drainTo(window)).toEqual([]);
  });

  it('sends what is not acknowledged again after a rewind, in order', () => {
    const window = new PublishWindow({ messages: 10, bytes: 100 });
    for (let count = 0; count < 5; count++) window.add(entry(1));
    drainTo(window);
    window.remove(1);
    window.remove(3);
    window.rewind();
    expect(drainTo(window)).toEqual([2, 4, 5]);
  });

  it('has room by messages and by bytes, and lets a single giant through', () => {
    const window = new PublishWindow({ messages: 2, bytes: 100 });
    expect(window.hasRoom(1000)).toBe(true);
    window.add(entry(60));
    expect(window.hasRoom(41)).toBe(false);
    expect(window.hasRoom(40)).toBe(true);
    window.add(entry(1));
    expect(window.hasRoom(1)).toBe(false);
    window.remove(1);
    expect(window.bytes).toBe(1);
    expect(window.hasRoom(1)).toBe(true);
  });
});
