import type { Clock } from '@volttron-ts/vip-core';
import type { AgentProcess } from './agent-process.ts';
import { AgentUnresponsiveError } from './errors.ts';
import { lookAt } from './process-mark.ts';

/** Milliseconds that each signal is given (reference/vip-zmq.md §6.2). */
export interface StopTimes {
  readonly SIGINT: number;
  readonly SIGTERM: number;
  readonly SIGKILL: number;
}

export interface StopResult {
  readonly exitCode: number;
  /** The last signal it took. */
  readonly by: keyof StopTimes;
}

/** SIGINT, then SIGTERM, then SIGKILL, each after the time of the one before. Throws AgentUnresponsiveError. */
export async function stopProcess(running: AgentProcess, times: StopTimes, clock: Clock): Promise<StopResult> {
  running.ask();
  for (const by of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    await sendSignal(running, by);
    const exitCode = await endedWithin(running, times[by], clock);
    if (exitCode !== undefined) return { exitCode, by };
  }
  throw new AgentUnresponsiveError(running.agent.name, running.pid);
}

/** A pid that has meanwhile gone to another process gets no signal. */
async function sendSignal({ pid, mark, exitCode }: AgentProcess, signal: NodeJS.Signals): Promise<void> {
  if (exitCode !== null || (mark !== undefined && !(await lookAt(mark)).lives)) return;
  try {
    // It leads a process group of its own; what it started and left behind ends with it.
    process.kill(signal === 'SIGKILL' ? -pid : pid, signal);
  } catch {
    // It ended just now, which its watcher tells.
  }
}

async function endedWithin(running: AgentProcess, milliseconds: number, clock: Clock): Promise<number | undefined> {
  const timeout = Promise.withResolvers<undefined>();
  const cancel = clock.after(milliseconds, () => {
    timeout.resolve(undefined);
  });
  const end = await Promise.race([running.ended, timeout.promise]);
  cancel();
  return end?.exitCode;
}
