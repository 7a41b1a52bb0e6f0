import type { Command } from 'commander';
import type { Runner } from '../runner.ts';
import { addEntryCommands } from './entry-commands.ts';
import { addKeyCommands } from './key-commands.ts';
import { addKnownHostCommands } from './known-host-commands.ts';
import { addNameCommands } from './name-commands.ts';
import { addRemoteCommands } from './remote-commands.ts';
import { addRpcCommands } from './rpc-commands.ts';

/** `vctl auth …`: entries, keys, known hosts, groups and roles, requests, method authorizations. */
export function addAuthCommands(auth: Command, run: Runner): void {
  addEntryCommands(auth, run);
  addNameCommands(auth, run, { one: 'group', many: 'groups', headings: ['GROUPS', 'ROLES'], of: 'roles' });
  addNameCommands(auth, run, { one: 'role', many: 'roles', headings: ['ROLE', 'CAPABILITIES'], of: 'capabilities' });
  addKnownHostCommands(auth, run);
  addKeyCommands(auth, run);
  addRemoteCommands(auth.command('remote').description('decide about keys that ask to connect'), run);
  addRpcCommands(auth.command('rpc').description('manage which capabilities methods of agents demand'), run);
}
