import { homeOf } from '@volttron-ts/auth';
import { ownArguments } from './own-arguments.ts';
import { createProgram } from './program.ts';
import { runProgram } from './run-program.ts';

/** Runs one command of `vctl`; sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  // Timers of the agent's clock keep nobody alive; a command lives until it is done.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await runProgram('vctl', ownArguments(args), (terminal) =>
      createProgram({ environment: process.env, home: homeOf(process.env), terminal }),
    );
  } finally {
    clearInterval(alive);
  }
}
