import { resolve } from 'node:path';
import { exitCodeOf } from '@volttron-ts/connect';
import { Command } from 'commander';
import { prepare, version } from '../prepare-program.ts';
import { columns, columnWidths } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { checkHome } from './check-home.ts';

interface MigrateOptions {
  /** Of the environment; `--home` names another. */
  readonly home: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly now: () => number;
  /** Takes the exit code with which the platform would end, when it would not start. */
  readonly fail: (exitCode: number) => void;
}

/** The commands of `vcfg`. Parsing throws CommanderError and HomeUnusableError. */
export function createConfigProgram(options: MigrateOptions): Command {
  const program = new Command('vcfg')
    .description('Looks at the home of a platform, which may be one of Python, and sets up its bus.')
    .version(`vcfg ${version()}`, '--version', 'print the version')
    .option('--json', 'print results as JSON');
  program
    .command('migrate')
    .description('say what our platform would use, change, create and ignore of a home; nothing is written')
    .requiredOption(
      '--check',
      'only say it; there is nothing else to do, since the platform starts on the home as it is',
    )
    .option('--home <dir>', 'the home, in place of $VOLTTRON_HOME or ~/.volttron')
    .action(async ({ home = options.home }: { home?: string }) =>
      check({ ...options, home: resolve(home) }, program.opts<{ json?: true }>().json === true),
    );
  const rabbitmq = program.command('rabbitmq').description('set up RabbitMQ as the bus of an instance');
  rabbitmq
    .command('single')
    .description('one broker, of the platform or given; asks for its places when no file is given')
    .option('--config <file>', 'a file in the form of rabbitmq_config.yml')
    .option('--home <dir>', 'the home, in place of $VOLTTRON_HOME or ~/.volttron')
    .action(async ({ home = options.home, config }: { home?: string; config?: string }) => {
      const { setUpRabbit } = await import('../rabbitmq/single-command.ts');
      await setUpRabbit({ home: resolve(home), file: config, terminal: options.terminal });
    });
  prepare(program);
  return program;
}

async function check({ home, environment, terminal, now, fail }: MigrateOptions, asJson: boolean): Promise<void> {
  const { items, failures } = await checkHome({ home, environment, now });
  const [failure] = failures;
  if (failure !== undefined) fail(exitCodeOf(failure));
  if (asJson) {
    terminal.write(`${JSON.stringify({ home, starts: failures.length === 0, items }, null, 2)}\n`);
    return;
  }
  const rows = items.map(({ action, path, note }) => [action, path, note].map(oneLine));
  const widths = columnWidths(rows);
  terminal.write(rows.map((row) => columns(row, widths)).join(''));
  const verdict = failures.length === 0 ? 'would start' : 'would not start';
  terminal.complain(`The platform ${verdict} on ${home}. Nothing was written.\n`);
}

/** Names of files may hold anything, which must not reach a terminal. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
