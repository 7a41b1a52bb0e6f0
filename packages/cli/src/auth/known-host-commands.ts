import { join } from 'node:path';
import { KnownHosts } from '@volttron-ts/auth';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { KnownHostUnknownError } from '../errors.ts';
import type { Runner } from '../runner.ts';
import { twoColumns } from '../two-columns.ts';

/** `auth add-known-host`, `list-known-hosts` and `remove-known-host`: the home's file, no platform needed. */
export function addKnownHostCommands(auth: Command, run: Runner): void {
  auth
    .command('add-known-host')
    .description('learn the server key of another platform')
    .requiredOption('--host <address>', 'its VIP address, such as tcp://10.0.0.5:22916')
    .requiredOption('--serverkey <key>', 'its public key, which "vctl auth serverkey" prints there')
    .action(
      run<{ host: string; serverkey: string }>(async (context, _, { host, serverkey }) => {
        await new KnownHosts(context.home).add(host, serverkey);
        const path = pathOf(context);
        context.print(`server key written to ${path}\n`, { host, serverkey, path });
      }),
    );
  auth
    .command('list-known-hosts')
    .description('list the server keys of other platforms')
    .action(
      run(async (context) => {
        const hosts = Object.fromEntries(await new KnownHosts(context.home).list());
        context.print(twoColumns(['HOST', 'CURVE KEY'], hosts), hosts);
      }),
    );
  auth
    .command('remove-known-host <host>')
    .description('forget the server key of another platform')
    .action(
      run(async (context, [host = '']) => {
        const path = pathOf(context);
        if (!(await new KnownHosts(context.home).remove(host))) throw new KnownHostUnknownError(host, path);
        context.print(`host "${host}" removed from ${path}\n`, { removed: host, path });
      }),
    );
}

const pathOf = ({ home }: CommandContext): string => join(home, 'known_hosts');
