import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { CallError, defaultsOf } from '@volttron-ts/grpc';
import type { ChannelOptions } from '@volttron-ts/grpc';
import { byOpenssl, byUs } from './support/certificates.ts';
import type { Files } from './support/certificates.ts';
import { rigOf } from './support/rig.ts';

const secure = (files: Files['server']) => ({ use_secure_connection: true, ...files });
const sizes = defaultsOf('client').options.slice(0, 2);
const override = (name: string): Pick<ChannelOptions, 'options'> => ({
  options: [...sizes, ['grpc.ssl_target_name_override', name]],
});
const withoutOverride = { options: sizes };
const ask = { deadlineMs: 5000 };

/** The rows of certificate-plugins-and-grpc.md A.3. */
describe.each([
  ['the recipe of the seed', byOpenssl],
  ['our own flow', byUs],
] as const)('a channel with certificates by %s', (_name, make) => {
  let ours: Files;
  let foreign: Files;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'grpc-matrix-'));
    ours = await make(join(folder, 'ours'));
    foreign = await make(join(folder, 'foreign'));
  });

  it('works by its defaults, and both ends know each other', async () => {
    const { client, peers } = await rigOf(secure(ours.server), secure(ours.client));
    expect(await client.call('Authenticate', { name: 'a' }, ask)).toEqual({ token: '0'.repeat(36) });
    expect(peers).toMatchObject([
      { name: 'localhost', fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ]);
    expect(peers[0]?.address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });

  it('checks the name that the override says, where the target is an address', async () => {
    const dial = (port: string) => `127.0.0.1:${port}`;
    const { client } = await rigOf(secure(ours.server), { ...secure(ours.client), ...override('localhost') }, dial);
    expect(await client.call('Authenticate', { name: 'a' }, ask)).toHaveProperty('token');
  });

  it.each([
    ['an address without an override', '127.0.0.1', withoutOverride],
    ['another name by the override', 'localhost', override('elsewhere')],
  ])('is refused by the client for %s', async (_case, host, options) => {
    const dial = (port: string) => `${host}:${port}`;
    const { client } = await rigOf(secure(ours.server), { ...secure(ours.client), ...options }, dial);
    await expect(client.call('Authenticate', { name: 'a' }, ask)).rejects.toMatchObject({ status: 'UNAVAILABLE' });
  });

  it('works with the name of the target without an override', async () => {
    const { client } = await rigOf(secure(ours.server), { ...secure(ours.client), ...withoutOverride });
    expect(await client.call('Authenticate', { name: 'a' }, ask)).toHaveProperty('token');
  });

  it('refuses a client of a foreign root, one that trusts another root, and one without TLS', async () => {
    const { ssl_root_cert: root } = ours.client;
    const strangers: Partial<ChannelOptions>[] = [
      { ...secure(foreign.client), ssl_root_cert: root },
      { ...secure(ours.client), ssl_root_cert: foreign.client.ssl_root_cert },
      {},
    ];
    for (const options of strangers) {
      const { client, peers } = await rigOf(secure(ours.server), options);
      await expect(client.call('Authenticate', { name: 'a' }, ask)).rejects.toBeInstanceOf(CallError);
      expect(peers).toEqual([]);
    }
  });

  it('passes 30 MB up, and what is longer than the options allow is refused', { timeout: 30_000 }, async () => {
    const { client } = await rigOf(secure(ours.server), secure(ours.client));
    const content = Buffer.alloc(30_000_000, 7);
    expect(await client.call('SendCheckpoint', { token: 't', content }, { deadlineMs: 20_000 })).toEqual({});
    const small = { options: [['grpc.max_receive_message_length', 1000] as const] };
    const refusing = await rigOf({ ...secure(ours.server), ...small }, secure(ours.client));
    await expect(
      refusing.client.call('SendCheckpoint', { token: 't', content: Buffer.alloc(2000) }, ask),
    ).rejects.toMatchObject({
      status: 'RESOURCE_EXHAUSTED',
    });
  });
});

describe('a channel without certificates', () => {
  it('works, and warns on each side', async () => {
    const { client, serverLog, clientLog, peers } = await rigOf({}, {});
    expect(await client.call('Authenticate', { name: 'a' }, ask)).toHaveProperty('token');
    expect(peers).toMatchObject([{ fingerprint: undefined, name: undefined }]);
    for (const log of [serverLog, clientLog]) {
      expect(log.lines).toMatchObject([{ level: 'warn', message: expect.stringContaining('insecure') as string }]);
    }
  });
});
