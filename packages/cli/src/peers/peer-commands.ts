import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { Runner } from '../runner.ts';
import { addRpcInspection } from './rpc-inspection.ts';

/** `vctl peerlist` and `vctl rpc …`: who is on the bus, and what they can be asked. */
export function addPeerCommands(program: Command, run: Runner): void {
  program.command('peerlist').description('list the peers on the bus').action(run(peerlist));
  addRpcInspection(program.command('rpc').description('show the methods of peers'), run);
}

async function peerlist(context: CommandContext): Promise<void> {
  const peers = await (await context.platform()).peers();
  context.print(peers.map((peer) => `${peer}\n`).join(''), peers);
}
