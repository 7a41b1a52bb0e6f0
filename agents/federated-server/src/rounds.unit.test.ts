import { describe, expect, it } from 'vitest';
import { MemoryLog } from '@volttron-ts/agent/testing';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { Registry } from './registry.ts';
import type { Registered } from './registry.ts';
import { Rounds } from './rounds.ts';

const peer = { address: '10.0.0.1', fingerprint: 'aa', name: 'localhost' };

class Rig {
  readonly clock = new SteppedClock();
  readonly log = new MemoryLog();
  readonly registry = new Registry({
    ...{ maximumClients: 3, heartbeatTimeoutMs: 1000, blacklist: [], whitelist: [], useWhitelist: false },
    clock: this.clock,
  });
  readonly aggregated: (readonly [number, readonly string[]])[] = [];
  failure: Error | undefined;
  readonly rounds = new Rounds({
    ...{ registry: this.registry, clock: this.clock, log: this.log },
    ...{ roundsCount: 2, minimumClients: 2, maximumClients: 3, clientWaitMs: 100 },
    aggregate: (round, checkpoints) => {
      this.aggregated.push([round, checkpoints]);
      return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
    },
  });

  join(name: string): Registered {
    const client = this.registry.register(name, peer);
    this.rounds.joined();
    return client;
  }

  beat(...clients: readonly Registered[]): void {
    for (const { token } of clients) this.registry.recognise(token, peer);
  }

  deliver(client: Registered): void {
    this.rounds.checkOwing(client);
    this.rounds.delivered(client, `${client.name}.${this.rounds.round}`);
  }
}

const settled = (): Promise<void> => new Promise(setImmediate);
const later = { status: 'RESOURCE_EXHAUSTED' };

describe('federated rounds', () => {
  it('begin with enough clients that nobody followed for a while, and end by refusing', async () => {
    const rig = new Rig();
    const a = rig.join('a');
    expect(() => rig.rounds.requestModel(a)).toThrow(expect.objectContaining(later));
    const b = rig.join('b');
    expect(() => rig.rounds.requestModel(a)).toThrow(expect.objectContaining(later));
    rig.clock.step(100);
    for (let round = 0; round < 2; round++) {
      expect([rig.rounds.requestModel(a), rig.rounds.requestModel(b)]).toEqual([round, round]);
      expect(() => rig.rounds.requestModel(a)).toThrow(expect.objectContaining(later));
      rig.deliver(a);
      rig.deliver(b);
      expect(() => rig.rounds.requestModel(a)).toThrow(expect.objectContaining(later));
      await settled();
    }
    expect(rig.aggregated).toEqual([
      [0, ['a.0', 'b.0']],
      [1, ['a.1', 'b.1']],
    ]);
    await rig.rounds.ended;
    expect(() => rig.rounds.requestModel(a)).toThrow(expect.objectContaining({ status: 'PERMISSION_DENIED' }));
    expect(() => rig.registry.register('late', peer)).toThrow(/closed/);
  });

  it('begin at once with as many clients as are taken', () => {
    const rig = new Rig();
    const [a] = [rig.join('a'), rig.join('b'), rig.join('c')];
    expect(rig.rounds.requestModel(a)).toBe(0);
  });

  it('wait no longer for a client that died, nor for one that left', async () => {
    const rig = new Rig();
    const [a, b, c] = [rig.join('a'), rig.join('b'), rig.join('c')];
    for (const client of [a, b, c]) rig.rounds.requestModel(client);
    rig.deliver(a);
    rig.registry.remove(b.token);
    rig.rounds.check();
    expect(rig.aggregated).toEqual([]);
    rig.clock.step(900);
    rig.beat(a);
    rig.clock.step(900);
    rig.rounds.check();
    await settled();
    expect(rig.aggregated).toEqual([[0, ['a.0']]]);
  });

  it('take nothing from a client that was given nothing', () => {
    const rig = new Rig();
    const [a, b] = [rig.join('a'), rig.join('b'), rig.join('c')];
    rig.rounds.requestModel(a);
    expect(() => {
      rig.deliver(b);
    }).toThrow(/no model in this round/);
  });

  it('fail when nobody is left, and when the aggregation fails', async () => {
    const empty = new Rig();
    const [a, b] = [empty.join('a'), empty.join('b'), empty.join('c')];
    empty.rounds.requestModel(a);
    empty.rounds.requestModel(b);
    empty.clock.step(2000);
    empty.rounds.check();
    await empty.rounds.ended;
    expect(empty.rounds).toMatchObject({ phase: 'failed', reason: 'No client is left.' });
    const broken = new Rig();
    broken.failure = new Error('no such program');
    const clients = [broken.join('a'), broken.join('b'), broken.join('c')];
    for (const client of clients) broken.rounds.requestModel(client);
    for (const client of clients) broken.deliver(client);
    await broken.rounds.ended;
    expect(broken.rounds).toMatchObject({ phase: 'failed', reason: 'no such program' });
  });
});
