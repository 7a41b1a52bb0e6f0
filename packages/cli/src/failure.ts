import { exitCodeOf, exitCodes, failureLine } from '@volttron-ts/connect';
import { InvalidValueError, RemoteError, TimeoutError } from '@volttron-ts/vip-core';
import { CommanderError } from 'commander';
import { UnknownCommandError } from './errors.ts';
import type { Terminal } from './terminal.ts';

/** Exit codes that only `vctl` has, as in the original (reference/agents-cli.md §7.1; docs/exit-codes.md). */
const REMOTE = 20;
const TIMED_OUT = 75;

interface Failure {
  readonly text: string;
  readonly exitCode: number;
}

/** Prints why a command failed, in one line but for a wrong command; with `--json` on the output too. Answers the exit code. */
export function reportFailure(
  error: unknown,
  { args, terminal }: { readonly args: readonly string[]; readonly terminal: Terminal },
): number {
  const command = args.find((arg) => !arg.startsWith('-')) ?? 'vctl';
  const { text, exitCode } = describe(error, command);
  // Without a command, commander has written the help already.
  if (!isHelp(error)) terminal.complain(`${text}\n`);
  if (args.includes('--json')) terminal.write(`${JSON.stringify({ error: jsonOf(error, text) }, null, 2)}\n`);
  return exitCode;
}

function describe(error: unknown, command: string): Failure {
  if (error instanceof UnknownCommandError) return { text: usageText(error), exitCode: exitCodes.usage };
  if (error instanceof CommanderError) {
    const text = error.message.replaceAll('\n', ' ').replace(/\.?$/, '.');
    return { text: `vctl: ${text} See vctl --help.`, exitCode: exitCodes.usage };
  }
  if (error instanceof RemoteError) return { text: `${command}: error: ${detailOf(error)}`, exitCode: REMOTE };
  if (error instanceof TimeoutError) return { text: `${command}: operation timed out`, exitCode: TIMED_OUT };
  // Files have errors of their own: what is left was given as an argument.
  const exitCode = error instanceof InvalidValueError ? exitCodes.usage : exitCodeOf(error);
  return { text: `vctl: ${failureLine(error)}`, exitCode };
}

/** What the platform said, without who said it of which method. */
function detailOf(error: RemoteError): string {
  const { data } = error;
  const detail = typeof data === 'object' && data !== null && 'detail' in data ? data.detail : undefined;
  return failureLine(new Error(typeof detail === 'string' ? detail : error.message));
}

function usageText({ path, message }: UnknownCommandError): string {
  const [program = 'vctl', ...words] = path;
  const usage = [`${program} command [OPTIONS] ...`, ...words].join(' ');
  return `usage: ${usage}\n${words.length === 0 ? program : usage}: error: ${message}`;
}

const isHelp = (error: unknown): boolean => error instanceof CommanderError && error.code === 'commander.help';

function jsonOf(error: unknown, text: string): Record<string, unknown> {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return { code: typeof code === 'string' ? code : 'unknown', message: text };
}
