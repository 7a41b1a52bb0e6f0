import { readArguments, USAGE } from './agent-arguments.ts';
import type { AgentArguments } from './agent-arguments.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { failureLine } from './failure-line.ts';
import { runAgent } from './run-agent.ts';

/** Runs one agent until the signal aborts; sets the exit code of the process. */
export async function main(args: readonly string[], signal: AbortSignal): Promise<void> {
  try {
    const parsed = readArguments(args, process.env);
    if (parsed === 'help') process.stdout.write(USAGE);
    else await runInProcess(parsed, signal);
  } catch (error) {
    process.stderr.write(`volttron-agent: ${failureLine(error)}\n`);
    process.exitCode = exitCodeOf(error);
  }
  if (process.connected) process.disconnect();
}

async function runInProcess(args: AgentArguments, signal: AbortSignal): Promise<void> {
  await runAgent(args, {
    environment: process.env,
    logFormat: process.stderr.isTTY ? 'terminal' : 'json',
    write: (text) => process.stderr.write(text),
    signal,
    onWelcome: (welcomed) => {
      // Shown by ps and top, where several agents differ in nothing else.
      process.title = `volttron-agent ${welcomed.agent}`;
      process.send?.(welcomed);
    },
  });
  process.exitCode = exitCodes.ok;
}
