import { setImmediate as turn } from 'node:timers/promises';

import type { AuthenticationDecision, AuthenticationRequest, PeerLink } from '@volttron-ts/vip-core';

/** How long it may keep the thread from its messages, in ms. */
const TURN = 2;

/**
 * Decides anew about live sessions, after the rules have changed, and calls `end` with each that would not be let in now
 * as the same user. Gives the thread back every few ms; settles when all have been looked at.
 */
export async function recheckSessions(
  links: readonly PeerLink[],
  decide: (request: AuthenticationRequest) => AuthenticationDecision,
  end: (link: PeerLink) => void,
): Promise<void> {
  let until = performance.now() + TURN;
  for (const link of links) {
    if (performance.now() > until) {
      await turn();
      until = performance.now() + TURN;
    }
    const decision = decide(requestOf(link));
    if (decision.status !== 200 || decision.user !== link.user) end(link);
  }
}

function requestOf({ identity, credential, domain, address }: PeerLink): AuthenticationRequest {
  return {
    ...(credential === undefined ? { mechanism: 'NULL' } : { mechanism: 'CURVE', credential }),
    // A routing id that we chose was not claimed.
    identity: identity.startsWith('\0') ? '' : identity,
    domain,
    address,
  };
}
