import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TimeoutError } from '@volttron-ts/vip-core';
import { callControl } from '../agents/known-agents.ts';
import type { CommandContext } from '../command-context.ts';

const LOOK_EVERY_MS = 100;

/** `vctl shutdown`: all agents, or the platform too, of which it waits for the end. */
export async function shutdown(
  context: CommandContext,
  _: readonly string[],
  { platform }: { readonly platform?: true },
): Promise<void> {
  if (platform === true) await stopPlatform(context);
  else await callControl(context, 'shutdown');
  context.print('', { stopped: platform === true ? 'platform' : 'agents' });
}

async function stopPlatform(context: CommandContext): Promise<void> {
  const platform = await context.platform();
  // With --vip-address it may live on another host.
  const pid = context.global.vipAddress === undefined ? await pidOf(context.home) : undefined;
  const { timeoutMs } = context.global;
  const deadline = performance.now() + timeoutMs;
  const late = pause(timeoutMs, 'late' as const, { ref: false });
  // The platform may end before its answer is read.
  const asked = callControl(context, 'stop_platform').then(() => platform.lost);
  if ((await Promise.race([asked, platform.lost, late])) === 'late') throw tooLate(timeoutMs);
  asked.catch(() => undefined);
  while (pid !== undefined && isAlive(pid)) {
    if (performance.now() > deadline) throw tooLate(timeoutMs);
    await pause(LOOK_EVERY_MS);
  }
}

const tooLate = (timeoutMs: number): TimeoutError => new TimeoutError('the end of the platform', timeoutMs);

/** The platform's process, which it names in its home while it runs. */
async function pidOf(home: string): Promise<number | undefined> {
  const text = await readFile(join(home, 'VOLTTRON_PID'), 'utf8').catch(() => '');
  const pid = /^\d{1,10}\s*$/.test(text) ? Number(text) : 0;
  return pid > 1 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
