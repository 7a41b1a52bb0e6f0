import { Command, InvalidArgumentError } from 'commander';
import { addAuthCommands } from './auth/auth-commands.ts';
import { CommandContext } from './command-context.ts';
import type { CommandContextOptions, GlobalOptions } from './command-context.ts';
import { UnknownCommandError } from './errors.ts';

/** What a command does: its arguments, in their order, and its own options. */
export type Action<Options> = (context: CommandContext, args: readonly string[], options: Options) => Promise<void>;

/** Makes of an action what commander calls. */
export type Runner = <Options>(action: Action<Options>) => (this: Command, ...given: unknown[]) => Promise<void>;

type ProgramOptions = Omit<CommandContextOptions, 'global'>;

/** The commands of `vctl`. Parsing throws CommanderError, UnknownCommandError, and what commands throw. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('vctl');
  program
    .description('Tells a platform what to do. The platform is the one of $VOLTTRON_HOME, or ~/.volttron.')
    .option('--vip-address <address>', "the platform's address, in place of the home's own")
    .option('-t, --timeout <seconds>', 'how long to wait for an answer', seconds, 60)
    .option('-v, --verbose', 'log INFO; -vv logs DEBUG', (_: unknown, before: number) => before + 1, 0)
    .option('--json', 'print results as JSON');
  const run: Runner = <Options>(action: Action<Options>) =>
    async function (this: Command, ...given: unknown[]) {
      const context = new CommandContext({ ...options, global: globalOptions(program) });
      // Commander adds the options and the command.
      const args = given
        .slice(0, -2)
        .flat()
        .filter((arg) => arg !== undefined) as string[];
      try {
        await action(context, args, this.opts() as Options);
      } finally {
        await context.close();
      }
    };
  addAuthCommands(program.command('auth').description('manage authorization entries and encryption keys'), run);
  prepare(program, []);
  return program;
}

function seconds(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0 && value <= 1_000_000) return value;
  throw new InvalidArgumentError('Give a number of seconds above 0, such as 60.');
}

function globalOptions(program: Command): GlobalOptions {
  const { json, vipAddress, timeout, verbose } = program.opts<{
    json?: boolean;
    vipAddress?: string;
    timeout: number;
    verbose: number;
  }>();
  return { json: json === true, vipAddress, timeoutMs: timeout * 1000, verbosity: verbose };
}

/** Failures are thrown, so that they are told in one place and one manner. */
function prepare(command: Command, above: readonly string[]): void {
  const path = [...above, command.name()];
  command
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .helpCommand(false);
  if (command.commands.length === 0) return;
  command.on('command:*', ([given = '']: readonly string[]) => {
    throw new UnknownCommandError(
      path,
      given,
      command.commands.map((one) => one.name()),
    );
  });
  for (const one of command.commands) prepare(one, path);
}
