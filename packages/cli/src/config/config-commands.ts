import { readFile } from 'node:fs/promises';
import { checker, services, t } from '@volttron-ts/vip-core';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError, InputFileError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { edit } from './edit-config.ts';

/** The types of configurations; JSON when none is named. */
export interface TypeOptions {
  readonly raw?: true;
  readonly csv?: true;
}

export const typeOf = ({ raw, csv }: TypeOptions): string => (raw === true ? 'raw' : csv === true ? 'csv' : 'json');

const asNames = checker(t.Array(t.String()));

/** `vctl config …`: what the service `config.store` keeps for agents (reference/agents-cli.md §7.6). */
export function addConfigCommands(config: Command, run: Runner): void {
  withTypes(config.command('store <identity> <name> [file]'))
    .description('store a configuration of an agent; from the input when no file is named')
    .action(run(store));
  withTypes(config.command('edit <identity> <name>'))
    .description('edit a configuration of an agent')
    .option('--editor <program>', 'editor, in place of $EDITOR or nano')
    .option('--new', 'begin with an empty file, whatever is stored')
    .action(run(edit));
  config
    .command('get <identity> <name>')
    .description('print a configuration')
    .option('--raw', 'as it was stored')
    .action(run(get));
  config.command('list [identity]').description('list the agents, or the configurations of one').action(run(list));
  config
    .command('delete <identity> [name]')
    .description('delete a configuration')
    .option('--all', 'delete all configurations of the agent')
    .action(run(remove));
}

/** `--json` is the option of every command, and after these two the type that they have anyhow. */
function withTypes(command: Command): Command {
  return command
    .option('--raw', 'the text is no configuration but text')
    .option('--csv', 'the text is a table with headings')
    .addHelpText('after', '\nWithout either, or with --json, the text is JSON.');
}

/** Calls a method of `config.store`. */
export async function callStore(context: CommandContext, method: string, ...args: unknown[]): Promise<unknown> {
  const platform = await context.platform();
  return platform.call(services.configStore, method, args);
}

async function store(
  context: CommandContext,
  [identity = '', name = '', file]: readonly string[],
  options: TypeOptions,
): Promise<void> {
  const type = typeOf(options);
  const contents = file === undefined ? await context.terminal.readAll() : await readContents(file);
  await callStore(context, 'set_config', identity, name, contents, type);
  context.print('', { identity, name, type });
}

async function readContents(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputFileError(file, error);
  }
}

async function get(
  context: CommandContext,
  [identity, name]: readonly string[],
  { raw }: { readonly raw?: true },
): Promise<void> {
  const found = await callStore(context, 'get_config', identity, name, raw === true);
  context.print(typeof found === 'string' ? found : `${JSON.stringify(found, null, 2)}\n`, found);
}

async function list(context: CommandContext, [identity]: readonly string[]): Promise<void> {
  const answer =
    identity === undefined
      ? await callStore(context, 'list_stores')
      : await callStore(context, 'list_configs', identity);
  const names = asNames(answer, 'the answer of config.store');
  context.print(names.map((name) => `${name}\n`).join(''), names);
}

async function remove(
  context: CommandContext,
  [identity, name]: readonly string[],
  { all }: { readonly all?: true },
): Promise<void> {
  if ((name === undefined) !== (all === true)) {
    throw new ArgumentsError('config delete', 'Name one configuration, or give --all');
  }
  await (all === true
    ? callStore(context, 'delete_store', identity)
    : callStore(context, 'delete_config', identity, name));
  context.print('', { deleted: name ?? 'all', identity });
}
