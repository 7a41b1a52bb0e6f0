import type { Logger } from '@volttron-ts/vip-core';
import type { Health } from '../health.ts';
import type { RemotePlatform } from '../remote-platform.ts';

/** How an agent that lives on another platform stands: the connection's phase, or `stalled`. */
export interface RemoteStanding {
  readonly address: string;
  readonly state: RemotePlatform['state']['phase'] | 'stalled';
  /** Why it does not go on. */
  readonly reason: string | null;
}

/** Health of an agent that lives on another platform. Texts of the good case are Python's (agents-cli.md §2.4). */
export function reportRemote(health: Health, { address, state, reason }: RemoteStanding): void {
  if (state === 'connected') {
    health.setStatus('GOOD', `Connected to address (${address})`);
    return;
  }
  const status = state === 'connecting' || state === 'discovering' ? 'STARTING' : 'BAD';
  health.setStatus(status, `${state}: ${address}${reason === null ? '' : ` (${reason})`}`);
}

/** Tells whoever watches that the other platform's operator denied this agent. */
export function alertDenied(health: Health, identity: string, reason: string | null, log: Logger): void {
  health.sendAlert(`${identity}_DENIED`, reason).catch((error: unknown) => {
    log.warn('an alert could not be published', { reason: String(error) });
  });
}
