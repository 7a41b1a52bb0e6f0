import { describe, expect, it } from 'vitest';

import { decodeCommand, decodePing } from './codec/command.ts';
import { Heartbeat } from './heartbeat.ts';
import { defaults } from './options.ts';
import type { Timers } from './timers.ts';

/** Time that goes on only when told. */
class ManualTimers implements Timers {
  private now = 0;
  private waiting: { at: number; call: () => void }[] = [];

  after(ms: number, call: () => void): () => void {
    const entry = { at: this.now + ms, call };
    this.waiting.push(entry);
    return () => {
      this.waiting = this.waiting.filter((other) => other !== entry);
    };
  }

  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = this.waiting.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (!next) break;
      this.now = next.at;
      this.waiting = this.waiting.filter((other) => other !== next);
      next.call();
    }
    this.now = end;
  }

  get size(): number {
    return this.waiting.length;
  }
}

function beating(settings: { heartbeatMs?: number; heartbeatTimeoutMs?: number } = {}) {
  const timers = new ManualTimers();
  const state = { paused: false, silent: 0, sent: [] as Buffer[] };
  const heartbeat = new Heartbeat(
    { ...defaults, heartbeatMs: 100, heartbeatTimeoutMs: 250, timers, ...settings },
    {
      send: (command) => state.sent.push(command),
      silent: () => (state.silent += 1),
      paused: () => state.paused,
    },
  );
  heartbeat.start();
  return { timers, state, heartbeat };
}

describe('a heartbeat', () => {
  it('sends a PING with our timeout as TTL at each interval', () => {
    const { timers, state } = beating();
    timers.pass(350);
    expect(state.sent).toHaveLength(3);
    const { name, data } = decodeCommand(state.sent[0]!);
    expect([name, decodePing(data).ttlDeciseconds]).toEqual(['PING', 3]);
  });

  it('gives up a peer that is silent for the timeout after a PING', () => {
    const { timers, state } = beating();
    timers.pass(349);
    expect(state.silent).toBe(0);
    timers.pass(1);
    expect(state.silent).toBe(1);
  });

  it('keeps a peer that sends anything', () => {
    const { timers, state, heartbeat } = beating();
    for (let index = 0; index < 50; index++) {
      timers.pass(200);
      heartbeat.received();
    }
    expect(state.silent).toBe(0);
  });

  it('does not blame a peer while we do not read from it', () => {
    const { timers, state } = beating();
    state.paused = true;
    timers.pass(2000);
    expect(state.silent).toBe(0);
  });

  it('gives up a peer that asked for it by a TTL and fell silent', () => {
    const { timers, state, heartbeat } = beating({ heartbeatMs: 0 });
    heartbeat.promised(300);
    timers.pass(299);
    expect(state.silent).toBe(0);
    timers.pass(1);
    expect(state.silent).toBe(1);
  });

  it('forgets the TTL when the peer sends something', () => {
    const { timers, state, heartbeat } = beating({ heartbeatMs: 0 });
    heartbeat.promised(300);
    timers.pass(200);
    heartbeat.received();
    timers.pass(1000);
    expect(state.silent).toBe(0);
  });

  it('checks a peer by a PONG with its own context only', () => {
    const { timers, state, heartbeat } = beating({ heartbeatMs: 0 });
    const answers: boolean[] = [];
    heartbeat.check(1000, (alive) => answers.push(alive));
    heartbeat.pong(Buffer.from('another'));
    expect(answers).toEqual([]);
    heartbeat.pong(Buffer.from(decodePing(decodeCommand(state.sent[0]!).data).context));
    expect(answers).toEqual([true]);
    heartbeat.check(1000, (alive) => answers.push(alive));
    timers.pass(1000);
    expect(answers).toEqual([true, false]);
  });

  it('leaves no timer behind and answers a check under way', () => {
    const { timers, heartbeat } = beating();
    const answers: boolean[] = [];
    timers.pass(100);
    heartbeat.promised(300);
    heartbeat.check(1000, (alive) => answers.push(alive));
    heartbeat.stop();
    expect(timers.size).toBe(0);
    expect(answers).toEqual([false]);
  });
});
