import { PriorityInvalidError, TagInvalidError } from '@volttron-ts/aip';
import { exitCodeOf, exitCodes, failureLine } from '@volttron-ts/connect';
import { InvalidValueError, RemoteError, TimeoutError } from '@volttron-ts/vip-core';
import { CommanderError } from 'commander';
import { certificateExitCode } from './certs/exit-codes.ts';
import {
  AgentEndedError,
  InstallError,
  NotRunningError,
  NotStartedError,
  NotStoredError,
  SelectionError,
  UnknownCommandError,
} from './errors.ts';
import { detailOf } from './remote-detail.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes that only `vctl` has, as in the original (reference/agents-cli.md §7.1; docs/exit-codes.md). */
const NOT_POSSIBLE = 10;
const REMOTE = 20;
const TIMED_OUT = 75;

export interface FailureContext {
  /** `vctl` or `vcfg`. */
  readonly program: string;
  readonly args: readonly string[];
  readonly terminal: Terminal;
}

interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

/** Prints why a command failed, in one line but for a wrong command; with `--json` on the output too. Answers the exit code. */
export function reportFailure(error: unknown, { program, args, terminal }: FailureContext): number {
  const { text, exitCode } = describe(error, { program, command: commandOf(args) ?? program });
  // Without a command, commander has written the help already.
  if (!isHelp(error)) terminal.complain(`${text}\n`);
  if (args.includes('--json')) terminal.write(`${JSON.stringify({ error: jsonOf(error, text) }, null, 2)}\n`);
  return exitCode;
}

/** The first word that is neither an option nor the value of one that stands before the command. */
function commandOf(args: readonly string[]): string | undefined {
  const isValue = (at: number): boolean => ['-t', '--timeout', '--vip-address'].includes(args[at - 1] ?? '');
  return args.find((arg, at) => !arg.startsWith('-') && !isValue(at));
}

function describe(error: unknown, { program, command }: { program: string; command: string }): Failure {
  if (error instanceof UnknownCommandError) return { text: usageText(error), exitCode: exitCodes.usage };
  if (error instanceof CommanderError) {
    const text = error.message.replaceAll('\n', ' ').replace(/\.?$/, '.');
    return { text: `${program}: ${text} See ${program} --help.`, exitCode: exitCodes.usage };
  }
  if (error instanceof TimeoutError) return { text: `${command}: operation timed out`, exitCode: TIMED_OUT };
  if (error instanceof SelectionError) return { text: failureLine(error), exitCode: NOT_POSSIBLE };
  const [, exitCode] = OF_THE_COMMAND.find(([kind]) => error instanceof kind) ?? [];
  if (exitCode !== undefined) return { text: `${command}: error: ${detailOf(error)}`, exitCode };
  return { text: `${program}: ${failureLine(error)}`, exitCode: ownExitCode(error) };
}

/** What went wrong with what was asked, told as the original tells it. */
const OF_THE_COMMAND = [
  [RemoteError, REMOTE],
  [NotStoredError, REMOTE],
  [AgentEndedError, REMOTE],
  [InstallError, exitCodes.failure],
  [NotStartedError, exitCodes.failure],
] as const;

function ownExitCode(error: unknown): number {
  if (error instanceof NotRunningError) return NOT_POSSIBLE;
  // Files have errors of their own: what is left was given as an argument.
  const isArgument = ARGUMENTS.some((kind) => error instanceof kind);
  return isArgument ? exitCodes.usage : (certificateExitCode(error) ?? exitCodeOf(error));
}

const ARGUMENTS = [InvalidValueError, PriorityInvalidError, TagInvalidError] as const;

function usageText({ path, message }: UnknownCommandError): string {
  const [program = 'vctl', ...words] = path;
  const usage = [`${program} command [OPTIONS] ...`, ...words].join(' ');
  return `usage: ${usage}\n${words.length === 0 ? program : usage}: error: ${message}`;
}

const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.code === 'commander.help';

function jsonOf(error: unknown, text: string): Record<string, unknown> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const report = error instanceof NotStartedError ? error.report : {};
  return { ...report, code: typeof code === 'string' ? code : 'unknown', message: text };
}
