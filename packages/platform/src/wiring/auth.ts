import { AuthFileEditError, createAccessTable, createAuthSnapshot, looseModes } from '@volttron-ts/auth';
import { watchFile } from '@volttron-ts/storage';
import { services, VipError } from '@volttron-ts/vip-core';
import { CapabilityNews } from '../services/auth/capability-news.ts';
import { editRecord } from '../services/auth/edit-record.ts';
import { defineAuthService } from '../services/auth-service.ts';
import type { ServiceKit } from './kit.ts';

/** `platform.auth`, and what follows from a change of the auth file, ours or an operator's by hand. */
export function startAuth(kit: ServiceKit): void {
  const { authFile, authorizer, enrolment, certificates, router, topics, audit, clock } = kit;
  const log = kit.log('volttron.platform.auth');
  const auth = kit.startService(
    services.auth,
    defineAuthService({ enrolment, certificates, authorizer, file: authFile, topics, audit }),
  );
  const told = looseModes(kit.home).then((lines) => {
    for (const line of lines) log.warn(line);
  });
  kit.unawaited(told, 'the modes of the home were not looked at');
  const news = new CapabilityNews({
    clock,
    capabilities: () => authorizer.userToCapabilities(),
    tell: (capabilities) => {
      const told = auth.vip.peerlist.list().then((peers) => {
        for (const peer of peers) auth.vip.rpc.notify(peer, 'auth.update', [capabilities]);
      });
      kit.unawaited(told, 'not every agent was told what users may do');
    },
  });
  const stopListening = authFile.onChange((contents, { before, by }) => {
    authorizer.update(createAuthSnapshot(contents));
    kit.unawaited(router.setAccess(createAccessTable(contents)), 'the router did not take the auth file');
    news.changed();
    for (const warning of contents.warnings.filter((one) => !before.warnings.includes(one))) log.warn(warning);
    if (by === 'us') return;
    log.info('an edit of auth.json was taken');
    kit.unawaited(audit.record(editRecord(before, contents)), 'an edit of auth.json was not recorded');
  });
  const stopWatching = watchFile(
    authFile.path,
    clock,
    () => {
      authFile.reload().catch((error: unknown) => {
        for (const line of linesOf(error)) log.error(`auth.json was edited, and the edit is not taken: ${line}`);
      });
    },
    (error) => {
      log.error('edits of auth.json will not be noticed', { reason: error.message });
    },
  );
  kit.part('listening to auth.json', async () => {
    stopWatching();
    stopListening();
    news.stop();
    return Promise.resolve();
  });
}

/** One line for each thing that is wrong. */
function linesOf(error: unknown): readonly string[] {
  if (error instanceof AuthFileEditError) return error.problems;
  return [error instanceof VipError ? error.line : String(error)];
}
