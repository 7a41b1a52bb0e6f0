import { exitCodes } from '../exit-code.ts';
import { hostSharedAgents } from './shared-host.ts';
import type { HostChannel } from './shared-host.ts';

/*
 * `volttron-agent --shared`: a door of its own, since this process has need of nothing but its threads, and every room
 * that it loads would be in memory once more.
 */

/** Runs the agents that the platform names until the signal aborts; sets the exit code of the process. */
export async function main(signal: AbortSignal): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) {
    process.stderr.write('volttron-agent: --shared is for the platform to use. See volttron-agent --help.\n');
    process.exitCode = exitCodes.usage;
    return;
  }
  const channel: HostChannel = {
    env: process.env,
    get connected() {
      return process.connected;
    },
    send: (message, sent) => {
      send(message, sent);
    },
    on: process.on.bind(process),
  };
  await hostSharedAgents(channel, signal);
  if (process.connected) process.disconnect();
}
