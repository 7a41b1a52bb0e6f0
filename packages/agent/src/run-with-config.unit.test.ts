import { t } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';
import { readConfig } from './agent-config.ts';
import { runWithConfig } from './run-with-config.ts';

const schema = t.Object({ rate: t.Number(), names: t.Array(t.String()), paused: t.Boolean() });

/** What ran with which values, and what is needed to change them. */
function start() {
  const config = readConfig(schema, { rate: 1, names: ['a'], paused: false }, 'config');
  const stopping = new AbortController();
  const rates: number[] = [];
  const ended = runWithConfig({ config, signal: stopping.signal }, ['rate', 'names'], async (signal) => {
    rates.push(config.rate);
    if (config.rate === 0) return;
    if (config.rate < 0) throw new Error('backwards');
    await new Promise((resolve) => {
      signal.addEventListener('abort', resolve);
    });
  });
  return { config, stopping, rates, ended };
}

const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

describe('what runs with a configuration', () => {
  it('runs anew after a change of the keys it reads, and of no other', async () => {
    const { config, stopping, rates, ended } = start();
    await config.update({ rate: 2 });
    await turn();
    await config.update({ paused: true });
    await config.update({ names: ['a'] });
    await turn();
    expect(rates).toEqual([1, 2]);
    await config.update({ names: ['b'] });
    await turn();
    expect(rates).toEqual([1, 2, 2]);
    stopping.abort();
    await ended;
    await config.update({ rate: 3 });
    await turn();
    expect(rates).toHaveLength(3);
  });

  it('is over when it ends of itself, or fails', async () => {
    const first = start();
    await first.config.update({ rate: 0 });
    await first.ended;
    const second = start();
    await second.config.update({ rate: -1 });
    await expect(second.ended).rejects.toThrow('backwards');
  });
});
