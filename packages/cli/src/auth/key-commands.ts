import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { installedAgents, selectAgents } from '@volttron-ts/aip';
import type { AgentSelection, InstalledAgent } from '@volttron-ts/aip';
import { generateKeyPair, KeyStore } from '@volttron-ts/auth';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { agentRows, NO_AGENTS } from '../agents/agent-table.ts';
import { withSelection } from '../agents/known-agents.ts';
import { lengthOf } from '../length-of.ts';
import { NoServerKeyError } from '../errors.ts';
import type { Runner } from '../runner.ts';

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
  withSelection(auth.command('publickey [pattern...]'))
    .description('list the public keys of installed agents')
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
  const atLeast = lengthOf('auth publickey', options.n);
  const installed = await installedAgents(context.home);
  if (installed.length === 0) context.note(NO_AGENTS);
  const agents = selectAgents(installed, patterns, options);
  const headings = ['', 'AGENT', 'IDENTITY', 'TAG', 'PUBLICKEY'];
  const cells = ({ publickey }: InstalledAgent): string[] => [publickey];
  const text = agents.length === 0 ? '' : agentRows(context, agents, { among: installed, atLeast, headings, cells });
  const listed = agents.map(({ uuid, name, identity, tag, publickey }) => [identity, { uuid, name, tag, publickey }]);
  context.print(text, Object.fromEntries(listed));
}
