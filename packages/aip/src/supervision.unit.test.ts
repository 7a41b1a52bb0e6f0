import { SteppedClock } from '@volttron-ts/vip-core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AgentRunningError } from './errors.ts';
import type { InstalledAgent } from './installed-agent.ts';
import { judgeEnd, restartLimits } from './supervision.ts';
import { Supervisor } from './supervisor.ts';

const { stableMs, capMs, slowMs, alertAfter } = restartLimits;
const judge = (failures: number, exitCode: number, ran = 0, random = 0.5) =>
  judgeEnd({ failures, startedAt: 1000 }, exitCode, 1000 + ran, restartLimits, random);

describe('what follows an end', () => {
  it('is nothing after code 0', () => {
    expect(judge(0, 0)).toEqual({ restart: false });
  });

  it('is a start at once, then waits that double up to the cap', () => {
    const waits = Array.from({ length: 12 }, (_, failures) => judge(failures, 1)).map((verdict) =>
      verdict.restart ? verdict.delayMs / 1000 : undefined,
    );
    expect(waits).toEqual([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
  });

  it.each([77, 78])('is a long wait after code %i, even the first time', (code) => {
    expect(judge(0, code)).toMatchObject({ delayMs: slowMs });
    expect(judge(20, code)).toMatchObject({ delayMs: capMs });
  });

  it('begins anew when the agent had run long enough', () => {
    expect(judge(9, 1, stableMs)).toMatchObject({ failures: 1, delayMs: 0 });
    expect(judge(9, 1, stableMs - 1)).toMatchObject({ failures: 10 });
  });

  it('is an alert at the fifth failure in a row, once', () => {
    const alerts = [3, 4, 5, 6]
      .map((failures) => judge(failures, -9))
      .map((verdict) => verdict.restart && verdict.alert);
    expect(alerts).toEqual([false, true, false, false]);
    expect(alertAfter).toBe(5);
  });

  it('never waits more than a fifth beside the rule', () => {
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 255 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, code, random) => {
          const [exact, jittered] = [judge(n, code), judge(n, code, 0, random)];
          if (!exact.restart || !jittered.restart) return false;
          return (
            jittered.delayMs <= capMs * 1.2 && Math.abs(jittered.delayMs - exact.delayMs) <= exact.delayMs * 0.2 + 1
          );
        },
      ),
    );
  });
});

const agent: InstalledAgent = {
  ...{ uuid: '5aa', name: 'tiny-1.0.0', version: '1.0.0', identity: 'tiny', tag: null, priority: null },
  ...{ publickey: '', folder: '/x', kind: 'node' },
};
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function supervise(start: () => Promise<unknown> = () => Promise.resolve()) {
  const clock = new SteppedClock();
  const starts: number[] = [];
  const alerts: string[] = [];
  const supervisor = new Supervisor({
    clock,
    random: () => 0.5,
    log: quiet,
    start: () => {
      starts.push(clock.monotonic());
      return start();
    },
    alert: (_, text) => alerts.push(text),
  });
  const crash = (exitCode = 1): void => {
    supervisor.ended(agent, { exitCode, asked: false });
  };
  return { clock, starts, alerts, supervisor, crash };
}

describe('a supervisor', () => {
  it('starts a crashed agent at once, then later and later, and tells people with the text of the original', () => {
    const { clock, starts, alerts, supervisor, crash } = supervise();
    supervisor.watch(agent);
    for (let n = 0; n < 6; n++) {
      crash();
      clock.step(20_000);
    }
    expect(starts).toEqual([0, 21_000, 42_000, 64_000, 88_000, 116_000]);
    expect(alerts).toEqual(['Agent tiny-1.0.0(5aa) stopped unexpectedly']);
  });

  it('does not take a long wait for running time', () => {
    const { clock, starts, supervisor, crash } = supervise();
    supervisor.watch(agent);
    for (const seconds of [0, 1, 2, 4, 8, 16, 32, 64, 128]) {
      crash();
      clock.step(seconds * 1000);
    }
    expect(starts).toHaveLength(9);
    crash();
    clock.step(255_999);
    expect(starts).toHaveLength(9);
    clock.step(1);
    expect(starts).toHaveLength(10);
  });

  it('forgets the failures of an agent that has run for a while', () => {
    const { clock, starts, supervisor, crash } = supervise();
    supervisor.watch(agent);
    crash();
    crash();
    clock.step(1000 + stableMs);
    crash();
    clock.step(0);
    expect(starts.at(-1)).toBe(1000 + stableMs);
  });

  it.each([
    ['that ended with 0', 0, false],
    ['that an operator stopped', 1, true],
  ])('leaves an agent alone %s', (_, exitCode, asked) => {
    const { clock, starts, supervisor } = supervise();
    supervisor.watch(agent);
    supervisor.ended(agent, { exitCode, asked });
    clock.step(capMs * 2);
    expect(starts).toEqual([]);
  });

  it('does not start an agent that was stopped or removed while its restart waited', () => {
    const { clock, starts, supervisor, crash } = supervise();
    supervisor.watch(agent);
    crash();
    supervisor.forget(agent.uuid);
    clock.step(capMs * 2);
    crash();
    clock.step(capMs * 2);
    expect([starts, clock.pending]).toEqual([[], 0]);
  });

  it('does not start a second one beside the one an operator has started meanwhile', () => {
    const { clock, starts, supervisor, crash } = supervise();
    supervisor.watch(agent);
    crash(77);
    supervisor.watch(agent);
    clock.step(capMs * 2);
    expect(starts).toEqual([]);
  });

  it('goes on when the start itself fails', async () => {
    const { clock, starts, supervisor, crash } = supervise(() => Promise.reject(new Error('no')));
    supervisor.watch(agent);
    crash();
    clock.step(0);
    await new Promise(setImmediate);
    clock.step(1000);
    expect(starts).toEqual([0, 1000]);
  });

  it('takes no agent that runs already for one that does not start', async () => {
    const { clock, starts, supervisor, crash } = supervise(() => Promise.reject(new AgentRunningError('tiny', 1)));
    supervisor.watch(agent);
    crash();
    clock.step(0);
    await new Promise(setImmediate);
    clock.step(capMs);
    expect(starts).toEqual([0]);
  });

  it('starts nothing after it was closed', () => {
    const { clock, starts, supervisor, crash } = supervise();
    supervisor.watch(agent);
    crash();
    supervisor.close();
    clock.step(capMs);
    expect(starts).toEqual([]);
  });
});
