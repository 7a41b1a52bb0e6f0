import type { RemotePlatform } from '../remote-platform.ts';

/** Settles with true when the platform is connected, with false when the signal aborts. */
export async function whenConnected(
  remote: Pick<RemotePlatform, 'state' | 'onState'>,
  signal: AbortSignal,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const check = (): void => {
    if (remote.state.phase === 'connected' || signal.aborted) resolve(undefined);
  };
  const stopListening = remote.onState(check);
  signal.addEventListener('abort', check);
  check();
  await promise;
  stopListening();
  signal.removeEventListener('abort', check);
  return !signal.aborted;
}

/**
 * Runs while the platform is connected: `work`'s signal aborts when the connection ends. Answers why it ended although
 * the connection stood, undefined when it ended with it or of itself.
 */
export async function whileConnected(
  remote: Pick<RemotePlatform, 'onState'>,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<Error | undefined> {
  const gone = new AbortController();
  const stopListening = remote.onState(({ phase }) => {
    if (phase !== 'connected') gone.abort();
  });
  try {
    await work(AbortSignal.any([signal, gone.signal]));
    return undefined;
  } catch (error) {
    if (gone.signal.aborted || signal.aborted) return undefined;
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    stopListening();
  }
}
