import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, KeyStore } from '@volttron-ts/auth';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError, NoServerKeyError } from '../errors.ts';
import { installedAgents, selectAgents } from '../installed-agents.ts';
import type { AgentSelection, InstalledAgent } from '../installed-agents.ts';
import type { Runner } from '../program.ts';
import { columns, columnWidths } from '../table.ts';

interface PublicKeyOptions extends AgentSelection {
  readonly n: string;
}

/** `auth keypair`, `serverkey` and `publickey`. */
export function addKeyCommands(auth: Command, run: Runner): void {
  auth
    .command('keypair')
    .description('make a pair of keys; nothing is stored')
    .action(
      run((context) => {
        const { publicKey, secret } = generateKeyPair();
        const pair = { public: publicKey, secret: secret.reveal() };
        context.print(`${JSON.stringify(pair, null, 2)}\n`, pair);
        return Promise.resolve();
      }),
    );
  auth.command('serverkey').description('print the public key of the platform').action(run(serverKey));
  auth
    .command('publickey [pattern...]')
    .description('list the public keys of installed agents; patterns may hold * and ?')
    .option('--name', 'patterns are names')
    .option('--tag', 'patterns are tags')
    .option('--all-tagged', 'all agents that have a tag')
    .option('--uuid', 'patterns are UUIDs')
    .option('-n <number>', 'show so many characters of each UUID, 0 for all', '1')
    .action(run(publicKeys));
}

/** From the home, which the platform may have left; of another platform, from its router. */
async function serverKey(context: CommandContext): Promise<void> {
  const serverkey =
    context.global.vipAddress === undefined
      ? await ownServerKey(context.home)
      : String(await (await context.platform()).query('serverkey'));
  context.print(`${serverkey}\n`, { serverkey });
}

async function ownServerKey(home: string): Promise<string> {
  const path = join(home, 'keystore');
  await access(path).catch(() => {
    throw new NoServerKeyError(path);
  });
  return (await new KeyStore(home).platform()).publicKey;
}

async function publicKeys(
  context: CommandContext,
  patterns: readonly string[],
  options: PublicKeyOptions,
): Promise<void> {
  if (!/^\d{1,2}$/.test(options.n)) throw new ArgumentsError('auth publickey', `"-n ${options.n}" is no whole number`);
  const installed = await installedAgents(context.home);
  if (installed.length === 0) context.note('No installed Agents found\n');
  const agents = selectAgents(installed, patterns, options);
  const text = agents.length === 0 ? '' : keyTable(context, installed, agents, Number(options.n));
  context.print(text, Object.fromEntries(agents.map(({ identity, ...agent }) => [identity, agent])));
}

/** Headings go to the errors, so that rows can be piped. */
function keyTable(
  context: CommandContext,
  installed: readonly InstalledAgent[],
  agents: readonly InstalledAgent[],
  atLeast: number,
): string {
  const length = atLeast === 0 ? Infinity : Math.max(atLeast, distinctLength(installed.map(({ uuid }) => uuid)));
  const headings = ['', 'AGENT', 'IDENTITY', 'TAG', 'PUBLICKEY'];
  const rows = agents.map(({ uuid, name, identity, tag, publickey }) => {
    return [uuid.slice(0, length), name, identity, tag ?? '', publickey];
  });
  const widths = columnWidths([headings, ...rows]);
  context.note(columns(headings, widths));
  return rows.map((row) => columns(row, widths)).join('');
}

/** How many characters tell all of these apart. */
function distinctLength(uuids: readonly string[]): number {
  const isEnough = (length: number): boolean =>
    new Set(uuids.map((uuid) => uuid.slice(0, length))).size === uuids.length;
  return Array.from({ length: 36 }, (_, at) => at + 1).find(isEnough) ?? 36;
}
