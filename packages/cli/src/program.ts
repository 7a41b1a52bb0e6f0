import { Command, InvalidArgumentError } from 'commander';
import { addInstallCommand } from './agents/install-command.ts';
import { addLifeCommands } from './agents/life-commands.ts';
import { addListCommands } from './agents/list-commands.ts';
import { addMarkCommands } from './agents/mark-commands.ts';
import { addAuthCommands } from './auth/auth-commands.ts';
import { addCertsCommands } from './certs/certs-commands.ts';
import { CommandContext } from './command-context.ts';
import type { CommandContextOptions, GlobalOptions } from './command-context.ts';
import { addConfigCommands } from './config/config-commands.ts';
import { addPeerCommands } from './peers/peer-commands.ts';
import { addPlatformCommands } from './platform/platform-commands.ts';
import { prepare, version } from './prepare-program.ts';
import type { Action, Runner } from './runner.ts';

type ProgramOptions = Omit<CommandContextOptions, 'global'>;

/** The commands of `vctl`. Parsing throws CommanderError, UnknownCommandError, and what commands throw. */
export function createProgram(options: ProgramOptions): Command {
  const program = new Command('vctl');
  program
    .description('Tells a platform what to do. The platform is the one of $VOLTTRON_HOME, or ~/.volttron.')
    .version(`vctl ${version()}`, '--version', 'print the version')
    .option('--vip-address <address>', "the platform's address, in place of the home's own")
    .option('-t, --timeout <seconds>', 'how long to wait for an answer', seconds, 60)
    .option('-v, --verbose', 'log INFO; -vv logs DEBUG', (_: unknown, before: number) => before + 1, 0)
    .option('--json', 'print results as JSON');
  addCommands(program, runnerOf(program, options));
  prepare(program);
  return program;
}

function addCommands(program: Command, run: Runner): void {
  program.commandsGroup('Agents:');
  addInstallCommand(program, run);
  addListCommands(program, run);
  addLifeCommands(program, run);
  addMarkCommands(program, run);
  program.commandsGroup('Who may, and what agents are told:');
  addAuthCommands(program.command('auth').description('manage authorization entries and encryption keys'), run);
  addConfigCommands(program.command('config').description('manage the configurations of agents'), run);
  program.commandsGroup('Certificates:');
  addCertsCommands(program.command('certs').description('make, ask for, sign and check certificates'), run);
  program.commandsGroup('The platform:');
  addPeerCommands(program, run);
  addPlatformCommands(program, run);
}

function runnerOf(program: Command, options: ProgramOptions): Runner {
  return <Options>(action: Action<Options>) =>
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
