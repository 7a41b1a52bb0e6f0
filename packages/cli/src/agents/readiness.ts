import { setTimeout as pause } from 'node:timers/promises';
import { checker, t, TimeoutError } from '@volttron-ts/vip-core';
import type { CommandContext } from '../command-context.ts';
import { AgentEndedError } from '../errors.ts';
import { callControl } from './known-agents.ts';
import type { KnownAgent } from './known-agents.ts';

const NullableCount = t.Union([t.Integer(), t.Null()]);
const asProcess = checker(t.Tuple([NullableCount, NullableCount]));

/** An agent's process, as `control` tells it. */
export interface AgentProcess {
  readonly pid: number | null;
  readonly exitCode: number | null;
  readonly isRunning: boolean;
}

export async function readProcess(context: CommandContext, uuid: string): Promise<AgentProcess> {
  const answer = await callControl(context, 'agent_status', uuid);
  const [pid, exitCode] = asProcess(answer, 'the status of an agent');
  return { pid, exitCode, isRunning: pid !== null && exitCode === null };
}

const LOOK_EVERY_MS = 200;
/** After which a person is told what is waited for. */
const SILENT_MS = 3000;

/**
 * Waits until an agent that was started is a peer on the bus, which it is when the platform has answered its hello;
 * answers its process. Throws AgentEndedError, and TimeoutError after the limit, which is `--timeout` when not given.
 */
export async function waitUntilReady(
  context: CommandContext,
  { uuid, name, identity }: KnownAgent,
  { command, limitMs = context.global.timeoutMs }: { readonly command: string; readonly limitMs?: number },
): Promise<number> {
  const platform = await context.platform();
  const begun = performance.now();
  let isTold = false;
  for (;;) {
    const { pid, exitCode, isRunning } = await readProcess(context, uuid);
    if (!isRunning) throw new AgentEndedError({ name, identity, exitCode });
    if (pid !== null && (await platform.peers()).includes(identity)) return pid;
    const waited = performance.now() - begun;
    if (waited > limitMs) throw new TimeoutError(`the hello of ${identity}`, limitMs);
    if (!isTold && waited > SILENT_MS) context.note(`${command}: waiting until ${identity} [${pid}] says hello\n`);
    isTold ||= waited > SILENT_MS;
    await pause(LOOK_EVERY_MS);
  }
}
