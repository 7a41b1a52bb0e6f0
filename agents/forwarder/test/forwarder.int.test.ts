import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeJournal, FakePlatform, fakeRemotes, startTestAgent, texts } from '@volttron-ts/agent/testing';
import type { TestAgent, TestAgentOptions } from '@volttron-ts/agent/testing';
import { DeniedError, encodeRpcRequest, parseLooseJson } from '@volttron-ts/vip-core';
import forwarder from '@volttron-ts/forwarder';
import type { ForwardingStatus } from '../src/forward.ts';

const ADDRESS = 'tcp://central:22916';
const REMOTE_ID = 'campus.forwarder';

class Rig implements AsyncDisposable {
  readonly platform = new FakePlatform();
  readonly central = new FakePlatform();
  readonly source = new FakeJournal('campus').playOn(this.platform);
  readonly destination = new FakeJournal('central').playOn(this.central);
  readonly agent: TestAgent;

  constructor(options: TestAgentOptions = {}) {
    const remotes = fakeRemotes({ [ADDRESS]: this.central }, REMOTE_ID);
    const config = { 'destination-vip': ADDRESS, ...options.config };
    this.agent = startTestAgent(this.platform, forwarder, { identity: 'forwarder', remotes, ...options, config });
  }

  capture(count: number, topic = 'devices/a/all'): void {
    for (let n = 0; n < count; n++) this.source.capture(topic);
  }

  /** Origins that the destination holds. */
  get arrived(): number[] {
    return this.destination.records.map(({ origin }) => origin.seq);
  }

  /** Lets both platforms and the clock go on until it is so. */
  async until(what: () => boolean): Promise<void> {
    for (let turn = 0; turn < 5000; turn++) {
      if (what()) return;
      await new Promise(setImmediate);
      if (turn % 10 === 9) this.agent.clock.step(100);
    }
    expect.unreachable('it did not become so');
  }

  async status(): Promise<ForwardingStatus> {
    this.platform.play('asker', () => undefined);
    const id = `ask.${this.platform.received.length}`;
    const args = [encodeRpcRequest('c', 'forwarding.status', [])];
    this.platform.send('forwarder', { peer: 'asker', id, subsystem: 'RPC', args });
    const answer = await this.platform.message((message) => message.id === id && message.peer === 'asker');
    return (parseLooseJson(texts(answer)[0]!) as { result: ForwardingStatus }).result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.agent[Symbol.asyncDispose]();
  }
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe('forwarder', () => {
  it('replicates the journal and moves its cursor behind the acknowledgements', async () => {
    await using rig = new Rig();
    rig.capture(5);
    await rig.until(() => rig.arrived.length === 5);
    rig.capture(5);
    await rig.until(() => rig.source.cursors.get('forwarder') === 10);
    expect(rig.arrived).toEqual(upTo(10));
    expect(await rig.status()).toMatchObject({
      destination: ADDRESS,
      state: 'connected',
      reason: null,
      waiting: 0,
      acknowledged: { epoch: 'campus-e1', seq: 10 },
      records: 10,
      restarts: 0,
    });
    expect(rig.agent.vip.health.status).toMatchObject({ status: 'GOOD', context: `Connected to address (${ADDRESS})` });
  });

  it('shows the destination its place by an empty append at each connect', async () => {
    await using rig = new Rig();
    await rig.until(() => rig.destination.asked.length > 0);
    expect(rig.destination.asked[0]).toMatchObject({ operation: 'append', body: { after: 0, through: 0 } });
    rig.capture(3);
    await rig.until(() => rig.source.cursors.get('forwarder') === 3);
    const before = rig.destination.asked.length;
    rig.central.cut(REMOTE_ID);
    rig.central.admit(REMOTE_ID);
    await rig.until(() => rig.destination.asked.length > before);
    expect(rig.destination.asked[before]).toMatchObject({ body: { after: 3, through: 3 } });
  });

  it('serves a destination again that was put back to an older copy, also when nothing new comes', async () => {
    await using rig = new Rig();
    rig.capture(4);
    await rig.until(() => rig.source.cursors.get('forwarder') === 4);
    const copy = rig.destination.marks;
    rig.capture(6);
    await rig.until(() => rig.source.cursors.get('forwarder') === 10);
    rig.central.cut(REMOTE_ID);
    rig.destination.restore(4, copy);
    rig.central.admit(REMOTE_ID);
    await rig.until(() => rig.arrived.length === 10);
    expect(rig.arrived).toEqual(upTo(10));
  });

  it('forwards what its prefixes name, and covers the rest', async () => {
    await using rig = new Rig({ config: { prefixes: ['devices/'] } });
    rig.capture(2);
    rig.capture(3, 'record/x');
    await rig.until(() => rig.source.cursors.get('forwarder') === 5);
    expect(rig.arrived).toEqual([1, 2]);
  });

  it('reads ahead of the acknowledgements, no farther than its window', async () => {
    await using rig = new Rig({ config: { window: 700 } });
    await rig.until(() => rig.destination.asked.length > 0);
    rig.destination.fate = (operation) => (operation === 'append' ? 'ignore' : 'answer');
    for (let n = 0; n < 10; n++) {
      rig.capture(1);
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    }
    const { waiting, waitingBytes } = await rig.status();
    expect(waiting).toBeGreaterThan(1);
    expect(waiting).toBeLessThan(10);
    expect(waitingBytes).toBeLessThanOrEqual(700);
  });

  it('says that it waits for approval, that it was denied, and goes on when it is let in', async () => {
    const central = new FakePlatform();
    const admitted = central.connect.bind(central);
    central.connect = (identity) => admitted(identity, false);
    const platform = new FakePlatform();
    const source = new FakeJournal('campus').playOn(platform);
    const destination = new FakeJournal('central').playOn(central);
    const remotes = fakeRemotes({ [ADDRESS]: central }, REMOTE_ID);
    const config = { destination_vip: ADDRESS };
    await using agent = startTestAgent(platform, forwarder, { identity: 'forwarder', remotes, config });
    await platform.until(() => (agent.vip.health.status.status === 'STARTING' ? true : undefined));
    central.refuse(REMOTE_ID);
    expect(agent.vip.health.status).toMatchObject({ status: 'BAD', context: `pending: ${ADDRESS}` });
    central.cut(REMOTE_ID);
    central.refuse(REMOTE_ID, new DeniedError(ADDRESS, 'k'.repeat(43)));
    expect(agent.vip.health.status.status).toBe('BAD');
    expect(agent.vip.health.status.context).toContain('denied');
    const alert = await platform.until(() => platform.publications.find(({ topic }) => topic.startsWith('alerts/')));
    expect(alert.body['headers']).toMatchObject({ alert_key: 'forwarder_DENIED' });
    source.capture('devices/a/all');
    central.admit(REMOTE_ID);
    await central.until(() => (destination.records.length === 1 ? true : undefined));
  });

  it('says that it is stalled when the destination has no journal, and recovers', async () => {
    await using rig = new Rig();
    await rig.until(() => rig.destination.asked.length > 0);
    const journal = rig.destination;
    rig.central.play('platform.journal', ({ peer, id }, send) => {
      const args = ['refused', '{"code":"full","message":"The disk is full."}'].map((text) =>
        new TextEncoder().encode(text),
      );
      send({ peer, id, subsystem: 'journal', args });
    });
    rig.capture(1);
    await rig.until(() => rig.agent.vip.health.status.status === 'BAD');
    expect(await rig.status()).toMatchObject({
      state: 'stalled',
      reason: expect.stringContaining('disk is full') as string,
    });
    journal.playOn(rig.central);
    await rig.until(() => rig.arrived.length === 1);
    expect(rig.agent.vip.health.status.status).toBe('GOOD');
    expect((await rig.status()).restarts).toBeGreaterThan(0);
  });

  it('measures the lag at the source, from a reading’s own time', async () => {
    await using rig = new Rig();
    await rig.until(() => rig.destination.asked.length > 0);
    const stamp = new Date(rig.agent.clock.now() - 70).toISOString();
    rig.source.capture('devices/a/all', { bus: '', headers: { TimeStamp: stamp }, message: 1, sender: 'd' });
    await rig.platform.until(() => (rig.source.cursors.get('forwarder') === 1 ? true : undefined));
    expect(await rig.status()).toMatchObject({ p50LagMs: 70, p99LagMs: 70, lastLagMs: 70 });
  });

  it('refuses to start without a destination', async () => {
    const agent = startTestAgent(new FakePlatform(), forwarder);
    await expect(agent.done).rejects.toMatchObject({ code: 'no-remote-address' });
  });

  it('loses nothing and doubles nothing, whatever happens on the way', { timeout: 120_000 }, async () => {
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.record({ act: fc.constant('capture' as const), count: fc.integer({ min: 1, max: 20 }) }),
      },
      fc.record({ act: fc.constantFrom('lose', 'ignore', 'answer'), count: fc.constant(0) }),
      fc.record({ act: fc.constantFrom('cut source', 'cut destination', 'reopen'), count: fc.constant(0) }),
      fc.record({ act: fc.constantFrom('copy', 'restore'), count: fc.constant(0) }),
      fc.record({ act: fc.constant('wait' as const), count: fc.integer({ min: 1, max: 30 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        await using rig = new Rig({ config: { window: 2000 } });
        let copy = { count: 0, marks: rig.destination.marks };
        const act = {
          lose: () => (rig.destination.fate = () => 'lose'),
          ignore: () => (rig.destination.fate = () => 'ignore'),
          answer: () => (rig.destination.fate = () => 'answer'),
          'cut source': () => {
            rig.platform.cut('forwarder');
            rig.platform.admit('forwarder');
          },
          'cut destination': () => {
            rig.central.cut(REMOTE_ID);
            rig.central.admit(REMOTE_ID);
          },
          reopen: () => {
            rig.source.reopen();
          },
          copy: () => (copy = { count: rig.destination.records.length, marks: rig.destination.marks }),
          restore: () => {
            rig.central.cut(REMOTE_ID);
            rig.destination.restore(copy.count, copy.marks);
            rig.central.admit(REMOTE_ID);
          },
          capture: (count: number) => {
            rig.capture(count);
          },
          wait: () => undefined,
        } as Record<string, (count: number) => unknown>;
        for (const { act: name, count } of steps) {
          act[name]?.(count);
          for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
          rig.agent.clock.step(100);
        }
        rig.destination.fate = () => 'answer';
        rig.central.cut(REMOTE_ID);
        rig.central.admit(REMOTE_ID);
        await rig.until(() => rig.arrived.length >= rig.source.records.length);
        expect(rig.arrived).toEqual(upTo(rig.source.records.length));
      }),
      { numRuns: 200 },
    );
  });
});
