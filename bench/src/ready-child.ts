import { fork } from 'node:child_process';
import type { ChildProcess, Serializable } from 'node:child_process';
import { once } from 'node:events';
import { BenchError } from './errors.ts';

/** Starts a program of ours as it was built; settles with what it tells its launcher when it serves. Throws BenchError. */
export async function startReady(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly child: ChildProcess; readonly status: Readonly<Record<string, unknown>> }> {
  const child = fork(program, args, { env, execArgv: [], silent: true });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [message] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [Serializable];
  if (typeof message !== 'object') throw new BenchError(`${program} ended early. ${said.trim()}`);
  return { child, status: message as unknown as Record<string, unknown> };
}
