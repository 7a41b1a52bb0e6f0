import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { reportFailure } from './failure.ts';
import { Terminal } from './terminal.ts';

/** Runs one command of a program with the terminal of the process; sets its exit code. */
export async function runProgram(
  program: string,
  args: readonly string[],
  create: (terminal: Terminal) => Command,
): Promise<void> {
  const terminal = new Terminal({ input: process.stdin, output: process.stdout, errors: process.stderr });
  try {
    await create(terminal).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!isHelp(error)) process.exitCode = reportFailure(error, { program, args, terminal });
  } finally {
    terminal.close();
  }
}

/** Help was asked for and printed. */
const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.exitCode === 0;
