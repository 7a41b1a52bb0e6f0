import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { ArgumentsError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { twoColumns } from '../two-columns.ts';
import { callAuth, readContents } from './auth-contents.ts';

/** `auth rpc list`, `add` and `remove`: the capabilities that methods of agents demand. */
export function addRpcCommands(rpc: Command, run: Runner): void {
  rpc
    .command('list [identity...]')
    .description('list the methods of agents that demand capabilities')
    .action(run(list));
  rpc
    .command('add <identity.method> <capability...>')
    .description('let a method demand capabilities')
    .action(run((context, given) => change(context, 'add', given)));
  rpc
    .command('remove <identity.method> <capability...>')
    .description('let a method no longer demand capabilities; without any it is open to everybody')
    .action(run((context, given) => change(context, 'delete', given)));
}

async function list(context: CommandContext, identities: readonly string[]): Promise<void> {
  const { allow_list: entries } = await readContents(context);
  const agents = Object.fromEntries(
    entries.flatMap(({ identity, rpc_method_authorizations: methods = {} }) => {
      const isListed = identity !== null && (identities.length === 0 || identities.includes(identity));
      return isListed && Object.keys(methods).length > 0 ? [[identity, methods]] : [];
    }),
  );
  const rows = Object.entries(agents).flatMap(([identity, methods]) =>
    Object.entries(methods).map(([method, capabilities]) => [`${identity}.${method}`, capabilities] as const),
  );
  context.print(twoColumns(['METHOD', 'CAPABILITIES'], Object.fromEntries(rows)), agents);
}

async function change(
  context: CommandContext,
  verb: 'add' | 'delete',
  [target = '', ...capabilities]: readonly string[],
): Promise<void> {
  // Identities hold dots, methods do not.
  const [, identity, method] = /^(.+)\.([^.]+)$/.exec(target) ?? [];
  if (identity === undefined || method === undefined) {
    const command = `auth rpc ${verb === 'add' ? 'add' : 'remove'}`;
    throw new ArgumentsError(command, `"${target}" is no identity and method, such as meter.reset`);
  }
  await callAuth(context, `${verb}_rpc_authorizations`, identity, method, capabilities);
  context.print('', { identity, method, [verb === 'add' ? 'added' : 'removed']: capabilities });
}
