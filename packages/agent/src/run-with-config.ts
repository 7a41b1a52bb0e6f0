import { isDeepStrictEqual } from 'node:util';
import type { AgentContext } from './define-agent.ts';

/**
 * Runs what reads `keys` of the configuration at its start: when one of them changes its signal aborts, and when it has
 * ended it runs anew. Settles when it ends of itself, or with the agent.
 */
export async function runWithConfig<Config extends object>(
  { config, signal }: Pick<AgentContext<Config>, 'config' | 'signal'>,
  keys: readonly (keyof Config)[],
  run: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const read = (): unknown[] => keys.map((key) => config[key]);
  for (;;) {
    const values = read();
    const changed = new AbortController();
    const forget = config.onChange(() => {
      if (!isDeepStrictEqual(read(), values)) changed.abort();
    });
    try {
      await run(AbortSignal.any([signal, changed.signal]));
    } finally {
      forget();
    }
    if (signal.aborted || !changed.signal.aborted) return;
  }
}
