import { join } from 'node:path';
import { readProtectedTopics, snapshotTopics } from '@volttron-ts/router';
import type { ProtectedTopicRules } from '@volttron-ts/router';
import { readFileIfThere, watchFile } from '@volttron-ts/storage';
import type { ServiceKit } from './kit.ts';

/**
 * The home's `protected_topics.json` (reference/vip-zmq.md §2.7.6): the router has its rules before the sockets listen,
 * gets those of a later edit, and with every change of auth.json the users who hold what they ask for. An edit that
 * cannot be read is reported, and the rules that were there go on.
 *
 * @throws ProtectedTopicsInvalidError, FileUnreadableError at the start, when there are no rules to go on with
 */
export async function startProtectedTopics(kit: ServiceKit): Promise<void> {
  const { router, authorizer, authFile, topics, clock } = kit;
  const path = join(kit.home, 'protected_topics.json');
  const log = kit.log('volttron.platform.auth');
  let text = '';
  let rules: ProtectedTopicRules;
  const read = async (): Promise<void> => {
    const now = (await readFileIfThere(path)) ?? '';
    const { rules: next, problems } = readProtectedTopics(now);
    for (const problem of problems) log.warn(problem, { file: path });
    rules = next;
    text = now;
  };
  const hand = async (): Promise<void> => {
    const snapshot = snapshotTopics(rules, () => authorizer.userToCapabilities());
    topics.update(snapshot);
    await router.setTopics(snapshot);
  };
  const reread = async (): Promise<void> => {
    const before = text;
    try {
      await read();
    } catch (error) {
      log.error('protected topics stay as they were', { file: path, reason: String(error) });
      return;
    }
    if (text === before) return;
    await hand();
    log.info('protected topics were read anew', { file: path });
  };
  const stopWatching = watchFile(
    path,
    clock,
    () => {
      kit.unawaited(reread(), 'the router did not take the protected topics');
    },
    (error) => {
      log.error('edits of the protected topics will not be noticed', { file: path, reason: error.message });
    },
  );
  const stopListening = authFile.onChange(() => {
    kit.unawaited(hand(), 'the router did not take the protected topics');
  });
  kit.part('watching protected_topics.json', async () => {
    stopWatching();
    stopListening();
    return Promise.resolve();
  });
  await read();
  await hand();
}
