import { homeOf } from '@volttron-ts/auth';
import { runProgram } from './run-program.ts';

/** Runs one command of `vcfg`; sets the exit code of the process. */
export async function vcfgMain(args: readonly string[]): Promise<void> {
  // What looks at homes is no weight for vctl.
  const { createConfigProgram } = await import('./migrate/migrate-command.ts');
  await runProgram('vcfg', args, (terminal) =>
    createConfigProgram({
      home: homeOf(process.env),
      environment: process.env,
      terminal,
      now: Date.now,
      fail: (exitCode) => {
        process.exitCode = exitCode;
      },
    }),
  );
}
