import { NpmFailedError } from './errors.ts';
import { runProgram } from './run-program.ts';

const TIMEOUT_MS = 600_000;

/** Runs the `npm` of this host in a folder. Throws NpmFailedError with what it said. */
export async function npm(args: readonly string[], cwd: string): Promise<void> {
  const end = await runProgram('npm', args, { cwd, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
    throw new NpmFailedError(
      args,
      `cannot be run (${error instanceof Error ? error.message : String(error)})`,
      '',
      error,
    );
  });
  if (end.code === 0) return;
  throw new NpmFailedError(args, end.code === null ? 'did not end in time' : `ended with code ${end.code}`, end.output);
}
