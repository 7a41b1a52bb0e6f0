import type { PeerList, PeerListener } from './peers.ts';
import type { Session } from './session/session.ts';

const RETRY_MS = 1000;

/** See PeerList.follow. A peer that is told once more has connected anew. */
export function followPeers(
  session: Pick<Session, 'phase' | 'onPhase' | 'clock' | 'log'>,
  peers: Pick<PeerList, 'list' | 'onChange'>,
  listener: PeerListener,
): () => void {
  const known = new Set<string>();
  /** Peers that were told since the list was asked for: that is newer than what stands in the list. */
  let told = new Set<string>();
  const stopping = new AbortController();
  const { signal } = stopping;

  const tell: PeerListener = (change, peer) => {
    told.add(peer);
    if (change === 'add') known.add(peer);
    else if (!known.delete(peer)) return;
    listener(change, peer);
  };

  const list = async (): Promise<void> => {
    told = new Set();
    const mine = told;
    try {
      const present = await peers.list({ signal });
      if (mine !== told) return;
      for (const peer of present) if (!mine.has(peer) && !known.has(peer) && !signal.aborted) tell('add', peer);
    } catch (error) {
      if (signal.aborted || session.phase !== 'established') return;
      session.log.debug('the peers could not be listed', { reason: String(error) });
      const cancel = session.clock.after(RETRY_MS, () => void list());
      signal.addEventListener('abort', cancel, { once: true });
    }
  };

  const stopPhases = session.onPhase((phase) => {
    if (phase === 'established') void list();
    else for (const peer of [...known]) tell('drop', peer);
  });
  const stopChanges = peers.onChange(tell);
  if (session.phase === 'established') void list();
  return () => {
    stopping.abort();
    stopPhases();
    stopChanges();
  };
}
