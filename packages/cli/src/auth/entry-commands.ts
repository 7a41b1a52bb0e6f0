import { join } from 'node:path';
import { KnownHosts } from '@volttron-ts/auth';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { pythonText } from '../python-text.ts';
import { askEntry } from './ask-entry.ts';
import { callAuth, readContents } from './auth-contents.ts';
import type { ListedEntry } from './auth-contents.ts';
import { readCapabilities, splitList } from './entry-values.ts';

interface AddOptions {
  readonly domain?: string;
  readonly address?: string;
  readonly mechanism?: string;
  readonly credentials?: string;
  readonly user_id?: string;
  readonly identity?: string;
  readonly groups?: string;
  readonly roles?: string;
  readonly capabilities?: string;
  readonly comments?: string;
  readonly disabled?: true;
  readonly addKnownHost?: true;
}

/** `auth add`, `list`, `update` and `remove`. */
export function addEntryCommands(auth: Command, run: Runner): void {
  auth
    .command('add')
    .description('add an entry; asks for its fields when no option is given')
    .option('--domain <domain>', 'domain of the bound address; all when absent')
    .option('--address <address>', 'address or /expression/ of the peer; all when absent')
    .option('--mechanism <mechanism>', 'CURVE (when absent), PLAIN or NULL')
    .option('--credentials <key>', 'public key of the peer')
    .option('--user_id <user>', 'name of the user')
    .option('--identity <identity>', 'VIP identity of the peer; the user_id when absent')
    .option('--groups <groups>', 'groups, delimited by comma')
    .option('--roles <roles>', 'roles, delimited by comma')
    .option('--capabilities <capabilities>', 'capabilities, delimited by comma, or a JSON object')
    .option('--comments <comments>', 'a note')
    .option('--disabled', 'the entry is not used')
    .option('--add-known-host', 'the credentials are also the server key of the host at --address')
    .action(run(add));
  auth.command('list').description('list the entries').action(run(list));
  auth.command('update <index>').description('change an entry; asks for its fields').action(run(update));
  auth.command('remove <index...>').description('remove entries').action(run(remove));
}

async function add(context: CommandContext, _: readonly string[], options: AddOptions): Promise<void> {
  const asked = Object.keys(options).length === 0;
  const host = options.addKnownHost === true ? knownHostOf(options) : undefined;
  const entry = asked
    ? { ...(await askEntry(context.terminal, { mechanism: 'CURVE', enabled: true })), rpc_method_authorizations: null }
    : entryOf(options);
  await callAuth(context, 'auth_file.add', entry);
  if (host !== undefined) await new KnownHosts(context.home).add(host.address, host.key);
  context.print(`added entry ${pythonText(entry)}\n`, entry);
}

function entryOf(options: AddOptions): Record<string, unknown> {
  const { user_id: user, identity = user, groups, roles, capabilities } = options;
  const entry = {
    domain: options.domain,
    address: options.address,
    mechanism: options.mechanism,
    credentials: options.credentials,
    user_id: user,
    identity,
    groups: groups === undefined ? undefined : splitList(groups),
    roles: roles === undefined ? undefined : splitList(roles),
    capabilities: capabilities === undefined ? undefined : readCapabilities(capabilities),
    comments: options.comments,
    enabled: options.disabled !== true,
  };
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined));
}

function knownHostOf({ address, credentials }: AddOptions): { address: string; key: string } {
  if (address !== undefined && credentials !== undefined) return { address, key: credentials };
  throw new ArgumentsError('auth add', '--add-known-host needs --address and --credentials');
}

async function list(context: CommandContext): Promise<void> {
  const { allow_list: entries } = await readContents(context);
  const text =
    entries.length === 0
      ? `No entries in ${join(context.home, 'auth.json')}\n`
      : entries.map((entry, index) => showEntry(index, entry)).join('');
  context.print(
    text,
    entries.map((entry, index) => ({ index, ...entry })),
  );
}

const showEntry = (index: number, entry: ListedEntry): string =>
  `\nINDEX: ${index}\n${JSON.stringify(entry, null, 2)}\n`;

async function update(context: CommandContext, [given = '']: readonly string[]): Promise<void> {
  const { allow_list: entries } = await readContents(context);
  const index = indexOf('auth update', given);
  const entry = entries[index];
  if (entry === undefined) {
    context.refuse(`ERROR: invalid index ${given}`, 'auth-entry-unknown');
    return;
  }
  context.terminal.prompt('(For any field type "clear" to clear the value.)\n');
  const fields = await askEntry(context.terminal, entry);
  await callAuth(context, 'auth_file.update_by_index', fields, index);
  context.print(`updated entry at index ${index}\n`, { index, ...fields });
}

async function remove(context: CommandContext, given: readonly string[]): Promise<void> {
  const indices = given.map((text) => indexOf('auth remove', text));
  const { allow_list: entries } = await readContents(context);
  const wrong = indices.find((index) => entries[index] === undefined);
  if (wrong !== undefined) {
    context.refuse(`ERROR: invalid index ${wrong}`, 'auth-entry-unknown');
    return;
  }
  const shown = indices.flatMap((index) => {
    const entry = entries[index];
    return entry === undefined ? [] : [showEntry(index, entry)];
  });
  context.terminal.prompt(`This action will delete the following:\n${shown.join('')}`);
  if (!(await context.terminal.agrees('Do you wish to delete?'))) {
    context.print('', { removed: [] });
    return;
  }
  await callAuth(context, 'auth_file.remove_by_indices', indices);
  const what = indices.length > 1 ? 'entries at indices' : 'entry at index';
  context.print(`removed ${what} ${pythonText(indices)}\n`, { removed: indices });
}

function indexOf(command: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ArgumentsError(command, `"${text}" is no index`);
}
