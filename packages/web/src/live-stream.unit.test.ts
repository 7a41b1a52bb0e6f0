import type { LivePoint } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { describe, expect, it } from 'vitest';
import type { LiveFeed } from './contracts.ts';
import { LiveStream } from './live-stream.ts';
import type { StreamClient } from './live-stream.ts';

class Feed implements LiveFeed {
  readonly listeners = new Set<(points: readonly LivePoint[]) => void>();
  latest = (): readonly LivePoint[] => [];
  subscribe(listener: (points: readonly LivePoint[]) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  send(points: readonly LivePoint[]): void {
    for (const listener of this.listeners) listener(points);
  }
}

class Client implements StreamClient {
  waiting = 0;
  mayStay = true;
  readonly texts: string[] = [];
  ended: string | undefined;
  write(text: string): void {
    this.texts.push(text);
  }
  allowed(): Promise<boolean> {
    return Promise.resolve(this.mayStay);
  }
  end(reason: string): void {
    this.ended = reason;
  }
}

const point = { topic: 'devices/a/all', time: '2026-11-22T10:12:00.000000+00:00', value: 1 };

function makeStream() {
  const feed = new Feed();
  const clock = new SteppedClock();
  return { feed, clock, stream: new LiveStream(feed, clock) };
}

describe('LiveStream', () => {
  it('sends every batch to every client, as one event', () => {
    const { feed, stream } = makeStream();
    const clients = [new Client(), new Client()];
    for (const client of clients) stream.add(client);
    feed.send([point, { ...point, value: 'two\nlines' }]);
    for (const { texts } of clients) {
      expect(texts.at(-1)).toBe(`data: ${JSON.stringify([point, { ...point, value: 'two\nlines' }])}\n\n`);
      expect(texts.at(-1)?.split('\n')).toHaveLength(3);
    }
  });

  it('drops a client that does not read, and spares the others', () => {
    const { feed, stream } = makeStream();
    const [slow, quick] = [new Client(), new Client()];
    stream.add(slow);
    stream.add(quick);
    slow.waiting = 300_000;
    feed.send([point]);
    expect(slow.ended).toBe('slow');
    expect(quick.ended).toBeUndefined();
    expect(stream.size).toBe(1);
  });

  it('does not take the points that a stream begins with for a client that lags', () => {
    const { feed, stream } = makeStream();
    const client = new Client();
    feed.latest = () => Array.from({ length: 10_000 }, () => point);
    stream.add(client);
    client.waiting = client.texts.join('').length;
    feed.send([point]);
    expect(client.ended).toBeUndefined();
  });

  it('keeps a silent stream open with comments, and ends it when its client may no longer watch', async () => {
    const { clock, stream } = makeStream();
    const client = new Client();
    stream.add(client);
    clock.step(15_000);
    expect(client.texts.at(-1)).toMatch(/^:.*\n\n$/);
    client.mayStay = false;
    clock.step(15_000);
    await expect.poll(() => client.ended).toBe('not allowed');
  });

  it('has room for 64', () => {
    const { stream } = makeStream();
    for (let count = 0; count < 64; count++) stream.add(new Client());
    expect(() => {
      stream.reserve();
    }).toThrow('64 live streams are in use');
  });

  it('listens to the feed only while somebody watches', () => {
    const { feed, clock, stream } = makeStream();
    const client = new Client();
    stream.add(client);
    expect(feed.listeners.size).toBe(1);
    stream.remove(client);
    expect([feed.listeners.size, clock.pending]).toEqual([0, 0]);
    stream.add(client);
    stream.close();
    expect([client.ended, feed.listeners.size, clock.pending]).toEqual(['closed', 0, 0]);
  });
});
