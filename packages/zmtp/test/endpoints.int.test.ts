import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { TestDealer, TestRouter, abstractEndpoint, fileEndpoint, nothing } from './sockets.ts';

const plain = { domain: '', mechanism: nothing };

describe('binding', () => {
  it('resolves port 0 and *', async () => {
    await using router = new TestRouter();
    expect(await router.socket.bind('tcp://127.0.0.1:0', plain)).toMatch(/^tcp:\/\/127\.0\.0\.1:[1-9]\d+$/);
    const endpoint = await router.socket.bind('tcp://*:*', plain);
    expect(endpoint).toMatch(/^tcp:\/\/0\.0\.0\.0:[1-9]\d+$/);
    expect(router.events.entries).toContainEqual({ type: 'listening', endpoint });
  });

  it.each([
    ['file', fileEndpoint],
    ['abstract', abstractEndpoint],
  ])('refuses an ipc %s endpoint that somebody listens on', async (_kind, endpointOf) => {
    await using first = new TestRouter();
    const endpoint = await first.socket.bind(endpointOf(), plain);
    await using second = new TestRouter();
    await expect(second.socket.bind(endpoint, plain)).rejects.toMatchObject({ code: 'bind', value: endpoint });
    await using dealer = new TestDealer(endpoint, { mechanism: nothing });
    await dealer.connects.count(1);
  });

  it('takes over the file of a process that was killed', async () => {
    const endpoint = fileEndpoint();
    const path = endpoint.slice('ipc://'.length);
    const script = 'require("net").createServer().listen(process.argv[1], () => process.kill(process.pid, "SIGKILL"))';
    spawnSync(process.execPath, ['-e', script, path]);
    expect(existsSync(path)).toBe(true);
    await using router = new TestRouter();
    await router.socket.bind(endpoint, plain);
    await using dealer = new TestDealer(endpoint, { mechanism: nothing });
    await dealer.connects.count(1);
    await router.socket.close();
    expect(existsSync(path)).toBe(false);
  });

  it('never removes an ordinary file', async () => {
    const endpoint = fileEndpoint();
    const path = endpoint.slice('ipc://'.length);
    writeFileSync(path, 'precious');
    await using router = new TestRouter();
    await expect(router.socket.bind(endpoint, plain)).rejects.toMatchObject({ code: 'bind' });
    expect(readFileSync(path, 'utf8')).toBe('precious');
    rmSync(path);
  });

  it('reports a folder that does not exist, and bad endpoints and keys', async () => {
    await using router = new TestRouter();
    await expect(router.socket.bind('ipc:///nowhere/at/all', plain)).rejects.toMatchObject({ code: 'bind' });
    await expect(router.socket.bind('tcp://nonsense', plain)).rejects.toMatchObject({ code: 'endpoint' });
    const short = { type: 'CURVE', publicKey: Buffer.alloc(31), secretKey: Buffer.alloc(32) } as const;
    await expect(router.socket.bind('tcp://127.0.0.1:0', { domain: '', mechanism: short })).rejects.toMatchObject({
      code: 'key',
      item: 'public key',
    });
  });

  it('stops listening at unbind and keeps its connections', async () => {
    await using router = new TestRouter();
    const endpoint = await router.socket.bind(abstractEndpoint(), plain);
    await using first = new TestDealer(endpoint, { mechanism: nothing });
    await first.connects.count(1);
    router.socket.unbind(endpoint);
    await using second = new TestDealer(endpoint, { mechanism: nothing });
    await second.failures.count(1);
    expect(first.socket.connected).toBe(true);
  });
});

describe('connecting', () => {
  it('refuses endpoints that name no peer, and bad identities', async () => {
    await using dealer = new TestDealer(abstractEndpoint(), { mechanism: nothing });
    for (const endpoint of ['tcp://*:1', 'tcp://127.0.0.1:0', 'udp://x']) {
      expect(() => new TestDealer(endpoint, { mechanism: nothing })).toThrow(/cannot be used/);
    }
    for (const identity of ['\0abc', 'x'.repeat(256)]) {
      expect(() => new TestDealer('tcp://127.0.0.1:1', { identity, mechanism: nothing })).toThrow(/routing id/);
    }
    expect(() => {
      dealer.socket.connect(abstractEndpoint(), { mechanism: nothing });
    }).toThrow(/once/);
  });
});
