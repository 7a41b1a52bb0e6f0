import type { RunningAgent } from '@volttron-ts/agent';
import { createAccessTable, createAuthSnapshot } from '@volttron-ts/auth';
import { services } from '@volttron-ts/vip-core';
import { defineAuthService } from '../services/auth-service.ts';
import type { ServiceKit } from './kit.ts';

/** `platform.auth`, and what follows from a change of the auth file. */
export function startAuth(kit: ServiceKit): void {
  const { authFile, authorizer, enrolment, router } = kit;
  const dropLive = (credential: string): void => {
    kit.unawaited(router.drop(credential), 'live sessions could not be ended');
  };
  const auth = kit.startService(services.auth, defineAuthService({ enrolment, authorizer, file: authFile, dropLive }));
  const stopListening = authFile.onChange((contents) => {
    authorizer.update(createAuthSnapshot(contents));
    kit.unawaited(router.setAccess(createAccessTable(contents)), 'the router did not take the auth file');
    kit.unawaited(tellEveryone(auth, authorizer.userToCapabilities()), 'not every agent was told what users may do');
  });
  kit.part('listening to auth.json', async () => {
    stopListening();
    return Promise.resolve();
  });
}

/** Every agent is told what users may do when that changes (reference/vip-zmq.md §3.9). */
async function tellEveryone(auth: RunningAgent, capabilities: unknown): Promise<void> {
  for (const peer of await auth.vip.peerlist.list()) auth.vip.rpc.notify(peer, 'auth.update', [capabilities]);
}
