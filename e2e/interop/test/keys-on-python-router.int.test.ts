import { generateKeyPair } from '@volttron-ts/auth';
import { describe, expect, it } from 'vitest';
import { startOurAgent } from './support/our-agent.ts';
import { lines } from './support/python-line.ts';
import { PythonPlatform } from './support/python-platform.ts';
import { shared } from './support/shared.ts';

describe.each(lines)('the key of an agent of ours on the router of $name', (line) => {
  const rig = shared(async (stack) => {
    const platform = await PythonPlatform.start(stack, line, ['watcher', 'known']);
    const { environment, peersHome: home } = platform;
    const watcher = await startOurAgent(stack, { home, identity: 'watcher', environment });
    return { environment, home, rpc: watcher.agent.vip.rpc };
  });

  if (line.module === 'line_10') {
    it('waits for a decision when it is unknown', async () => {
      const { environment, home, rpc } = await rig();
      await using stack = new AsyncDisposableStack();
      const outside = startOurAgent(stack, { home, identity: 'stranger', environment });
      const pending = async (): Promise<unknown[]> =>
        (await rpc.call('platform.auth', 'get_authorization_pending')) as unknown[];
      await expect.poll(pending, { timeout: 15_000 }).toMatchObject([{ address: '127.0.0.1', mechanism: 'CURVE' }]);
      await expect(Promise.race([outside, Promise.resolve('outside')])).resolves.toBe('outside');
    });
  } else {
    it('lets its agent in even when it is unknown, and with no right to a configuration', async () => {
      const { environment, home } = await rig();
      await using stack = new AsyncDisposableStack();
      const stranger = await startOurAgent(stack, { home, identity: 'stranger', environment });
      const asked = stranger.agent.vip.rpc.call('platform.config_store', 'initialize_configs', ['stranger']);
      await expect(asked).rejects.toThrow('stranger does not have access');
    });
  }

  it('is not enough without the key of the router', async () => {
    const { environment, home } = await rig();
    await using stack = new AsyncDisposableStack();
    const astray = { ...environment, VOLTTRON_SERVERKEY: generateKeyPair().publicKey };
    const outside = startOurAgent(stack, { home, identity: 'known', environment: astray });
    const first = await Promise.race([outside, startOurAgent(stack, { home, identity: 'known', environment })]);
    expect(first.agent).not.toBe((await Promise.race([outside, Promise.resolve(undefined)]))?.agent);
  });
});
