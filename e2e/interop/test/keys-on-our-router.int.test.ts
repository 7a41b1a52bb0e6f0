import { generateKeyPair } from '@volttron-ts/auth';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OurPlatform } from './support/our-platform.ts';
import { lines } from './support/python-line.ts';
import { PythonPeer } from './support/python-peer.ts';
import type { PeerSettings } from './support/python-peer.ts';
import { shared } from './support/shared.ts';

describe.each(lines)('the key of an agent of $name on our router', (line) => {
  const rig = shared(async (stack) => OurPlatform.start(stack, ['known']));

  /** An agent with these settings, which ends with the test. */
  async function peer(settings: PeerSettings): Promise<PythonPeer> {
    const stack = new AsyncDisposableStack();
    onTestFinished(async () => stack.disposeAsync());
    return PythonPeer.start(stack, line, settings);
  }

  /** Settings of an agent whose key the platform does not know. */
  async function stranger(platform: OurPlatform, identity: string): Promise<PeerSettings> {
    const { publicKey, secret } = generateKeyPair();
    const { address } = platform;
    return {
      identity,
      address,
      publickey: publicKey,
      secretkey: secret.reveal(),
      serverkey: await platform.serverKey(),
    };
  }

  it('waits for a decision when it is unknown, and its agent is in as soon as it is approved', async () => {
    const platform = await rig();
    const settings = await stranger(platform, 'new');
    const python = await peer(settings);
    await platform.logs(1, 'authentication failure', settings.publickey);
    expect(python.events).toEqual([]);
    const { user_id: id, address } = await platform.request(settings.publickey);
    expect(address).toBe('127.0.0.1');
    await platform.operator.call('platform.auth', 'approve_authorization', [id]);
    await python.connected();
    await platform.logs(1, 'authentication success', settings.publickey);
    expect(await python.ask('peers')).toContain('new');
  });

  it('lets nobody in once it is denied, until it is approved and its agent is started again', async () => {
    const platform = await rig();
    const settings = await stranger(platform, 'denied');
    const python = await peer(settings);
    const { user_id: id } = await platform.request(settings.publickey);
    const { operator } = platform;
    await operator.call('platform.auth', 'deny_authorization', [id]);
    expect(await operator.call('platform.auth', 'get_denied_authorizations')).toMatchObject([{ identity: 'denied' }]);
    expect(await operator.call('platform.auth', 'approve_authorization', [id])).toContain('it must be restarted');
    const again = await peer(settings);
    await again.connected();
    expect(python.events).toEqual([]);
  });

  it('is not enough without the key of the router', async () => {
    const platform = await rig();
    const settings = await platform.settings('known');
    const astray = await peer({ ...settings, serverkey: generateKeyPair().publicKey });
    const python = await peer(settings);
    await python.connected();
    expect(astray.events).toEqual([]);
  });
});
