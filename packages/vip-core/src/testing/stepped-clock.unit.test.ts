import { expect, it } from 'vitest';
import { SteppedClock } from './stepped-clock.ts';

it('moves only when stepped, wall and monotonic alike', () => {
  const clock = new SteppedClock(1000);
  expect([clock.now(), clock.monotonic()]).toEqual([1000, 0]);
  clock.step(250);
  expect([clock.now(), clock.monotonic()]).toEqual([1250, 250]);
});

it('calls back in the order of the times, at their times', () => {
  const clock = new SteppedClock(0);
  const heard: [string, number][] = [];
  clock.after(20, () => heard.push(['late', clock.now()]));
  clock.after(10, () => heard.push(['early', clock.now()]));
  clock.after(10, () => heard.push(['early, second', clock.now()]));
  clock.step(9);
  expect(heard).toEqual([]);
  clock.step(11);
  expect(heard).toEqual([
    ['early', 10],
    ['early, second', 10],
    ['late', 20],
  ]);
  expect(clock.pending).toBe(0);
});

it('steps through timers that callbacks set', () => {
  const clock = new SteppedClock(0);
  const beats: number[] = [];
  const beat = (): void => {
    beats.push(clock.monotonic());
    clock.after(60, beat);
  };
  clock.after(0, beat);
  clock.step(150);
  expect(beats).toEqual([0, 60, 120]);
  expect(clock.pending).toBe(1);
});

it('does not call back what was cancelled', () => {
  const clock = new SteppedClock();
  let calls = 0;
  const cancel = clock.after(5, () => (calls += 1));
  cancel();
  cancel();
  clock.step(10);
  expect([calls, clock.pending]).toEqual([0, 0]);
});
