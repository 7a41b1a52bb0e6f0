import { describe, expect, it } from 'vitest';
import { defineAgent, publishingMethods, t, ticks } from '@volttron-ts/agent';
import { FakePlatform, startTestAgent, SteppedClock } from '@volttron-ts/agent/testing';
import { callAgent, turns, welcomed } from './helpers.ts';

describe('ticks', () => {
  it('takes turns at even times and does not make up for missed ones', async () => {
    const clock = new SteppedClock();
    const abort = new AbortController();
    const taken: [turn: number, at: number][] = [];
    const done = (async () => {
      for await (const turn of ticks(clock, 50, abort.signal)) {
        taken.push([turn, clock.monotonic()]);
        if (turn === 2) clock.step(180);
      }
    })();
    for (let n = 0; n < 30; n++) {
      await turns();
      clock.step(10);
    }
    abort.abort();
    await done;
    expect(taken).toEqual([
      [0, 0],
      [1, 50],
      [2, 100],
      [6, 300],
      [7, 350],
      [8, 400],
      [9, 450],
    ]);
  });
});

describe('publishingMethods', () => {
  it('stop a publisher, wait for what is outstanding, and answer what was acknowledged', async () => {
    const topic = 'devices/a/all';
    const definition = defineAgent({
      name: 'publisher',
      config: t.Object({ paused: t.Boolean({ default: false }) }),
      methods: publishingMethods<{ paused: boolean }>(() => topic),
      async run({ vip, config, clock, signal }) {
        vip.pubsub.ledger(topic);
        for await (const turn of ticks(clock, 100, signal)) {
          if (!config.paused) await vip.pubsub.publish(topic, [{ turn, n: 1 }, {}]);
        }
      },
    });
    const platform = new FakePlatform();
    await using agent = startTestAgent(platform, definition);
    await welcomed(platform);
    agent.clock.step(100);
    await turns();
    const operator = { from: 'control.connection' };
    expect(await callAgent(platform, 'publishing.counts', [], operator)).toMatchObject({
      result: { paused: false, messages: 2 },
    });
    const { result } = await callAgent(platform, 'publishing.pause', [], operator);
    expect(result).toEqual({
      epoch: 'epoch00001',
      user: 'agent',
      prefix: topic,
      runs: [{ from: 1, to: 2, readings: 2 }],
      messages: 2,
      readings: 4,
      paused: true,
      outstanding: 0,
    });
    agent.clock.step(1000);
    await turns();
    expect(platform.publications.filter((one) => one.topic === topic)).toHaveLength(2);
  });
});
