import { describe, expect, it } from 'vitest';
import { encodeText } from '@volttron-ts/vip-core';
import { MemoryLog } from '../testing/memory-log.ts';
import { DeliveryQueue } from './delivery-queue.ts';

const topic = encodeText('devices/a/all');
const body = (n: number): Uint8Array => encodeText(`{"sender":"d","bus":"","headers":{},"message":[{"n":${n}},{}]}`);

function queueOf(messages: number, overrun = 2): { queue: DeliveryQueue; log: MemoryLog } {
  const log = new MemoryLog();
  return { queue: new DeliveryQueue({ messages, bytes: 1e6, overrun }, log, () => undefined), log };
}

describe('DeliveryQueue', () => {
  it('hands out in order, also to one who waits', async () => {
    const { queue } = queueOf(10);
    const waiting = queue.next();
    queue.push(topic, body(1));
    queue.push(topic, body(2));
    expect((await waiting)?.values).toEqual({ n: 1 });
    expect((await queue.next())?.values).toEqual({ n: 2 });
  });

  it('is full at its bound and drops, counted, only beyond the overrun', async () => {
    const { queue, log } = queueOf(2);
    for (let n = 1; n <= 6; n++) queue.push(topic, body(n));
    expect(queue.full).toBe(true);
    expect(queue.size).toBe(4);
    for (let n = 1; n <= 4; n++) expect((await queue.next())?.values).toEqual({ n });
    expect(log.lines).toEqual([expect.objectContaining({ level: 'warn', fields: { count: 2 } })]);
  });

  it('passes over what cannot be read, and says so', async () => {
    const { queue, log } = queueOf(10);
    queue.push(topic, encodeText('{"headers":3}'));
    queue.push(topic, body(1));
    expect((await queue.next())?.values).toEqual({ n: 1 });
    expect(log.lines[0].message).toBe('a publication could not be read');
  });

  it('gives what is held before its end, and nothing after it was discarded', async () => {
    const { queue } = queueOf(10);
    queue.push(topic, body(1));
    queue.end();
    expect((await queue.next())?.values).toEqual({ n: 1 });
    expect(await queue.next()).toBeUndefined();
    const other = queueOf(10).queue;
    other.push(topic, body(1));
    other.discard();
    expect(await other.next()).toBeUndefined();
  });
});
