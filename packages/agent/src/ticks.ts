import type { Clock } from '@volttron-ts/vip-core';
import { pause } from './session/pause.ts';

/**
 * Turns at even times, the first one at once. Whoever takes longer than a period misses turns; they are not made up
 * for. Answers how many periods lie between the start and the turn. Ends with its signal.
 */
export async function* ticks(
  clock: Clock,
  periodMs: number,
  signal: AbortSignal,
): AsyncGenerator<number, void, undefined> {
  const start = clock.monotonic();
  for (let turn = 0; !signal.aborted;) {
    yield turn;
    turn = Math.max(turn + 1, Math.ceil((clock.monotonic() - start) / periodMs));
    await pause(clock, start + turn * periodMs - clock.monotonic(), signal);
  }
}
