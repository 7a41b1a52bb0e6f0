import { homeOf } from '@volttron-ts/auth';
import { CommanderError } from 'commander';
import { reportFailure } from './failure.ts';
import { ownArguments } from './own-arguments.ts';
import { createProgram } from './program.ts';
import { Terminal } from './terminal.ts';

/** Runs one command of `vctl`; sets the exit code of the process. */
export async function main(given: readonly string[]): Promise<void> {
  const args = ownArguments(given);
  const terminal = new Terminal({ input: process.stdin, output: process.stdout, errors: process.stderr });
  // Timers of the agent's clock keep nobody alive; a command lives until it is done.
  const alive = setInterval(() => undefined, 60_000);
  try {
    const program = createProgram({ environment: process.env, home: homeOf(process.env), terminal });
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!isHelp(error)) process.exitCode = reportFailure(error, { args, terminal });
  } finally {
    terminal.close();
    clearInterval(alive);
  }
}

/** Help was asked for and printed. */
const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.exitCode === 0;
