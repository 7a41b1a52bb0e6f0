import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { DiscoveryDocument } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';
import { startWebServer } from '../src/web-server.ts';
import { WebRig, makeTlsPair } from './web-rig.ts';

/** What VOLTTRON 9.0.4 answered (golden/README.md). */
async function readGolden(file: string): Promise<{ status: number; body: string }> {
  const text = await readFile(join(import.meta.dirname, 'golden', file), 'utf8');
  const status = Number(/^< HTTP\/1.1 (\d+)/m.exec(text)?.[1]);
  return { status, body: text.slice(text.indexOf('--- body\n') + 9) };
}

describe('startWebServer', () => {
  it.each([
    ['discovery.txt', 'GET', '/discovery/'],
    ['discovery_post.txt', 'POST', '/discovery/'],
    ['http_discovery_no_vip_address.txt', 'GET', '/discovery/'],
  ])('answers discovery as VOLTTRON did in %s', async (file, method, path) => {
    const golden = await readGolden(file);
    const document = JSON.parse(golden.body) as DiscoveryDocument;
    await using rig = await WebRig.start({ discovery: () => document });
    const json = method === 'POST' ? { headers: { 'content-type': 'application/json' }, body: '{}' } : {};
    const answer = await rig.ask(path, { method, ...json });
    expect([answer.status, answer.headers['content-type']]).toEqual([golden.status, 'application/json']);
    expect(Object.entries(JSON.parse(answer.text) as object)).toEqual(Object.entries(document));
  });

  it('has nothing at /discovery without the slash, as VOLTTRON', async () => {
    await using rig = await WebRig.start();
    expect((await rig.ask('/discovery')).status).toBe((await readGolden('discovery_noslash.txt')).status);
  });

  it('never tells a key that clients do not know', async () => {
    const document = { 'instance-name': 'volttron-c', extra: 'x' };
    await using rig = await WebRig.start({ discovery: () => document });
    expect(JSON.parse((await rig.ask('/discovery/')).text)).toEqual({ 'instance-name': 'volttron-c' });
  });

  it('speaks TLS 1.2 and later, nothing older', async () => {
    await using rig = await WebRig.start();
    const handshake = (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') =>
      new Promise<string | null>((resolve, reject) => {
        const ciphers = version === 'TLSv1.1' ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {};
        const own = { host: '127.0.0.1', port: Number(new URL(rig.address).port), ca: rig.ca, ...ciphers };
        const socket = connect({ ...own, minVersion: version, maxVersion: version }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
    await expect(handshake('TLSv1.1')).rejects.toThrow();
  });

  it('names the port that is in use', async () => {
    await using rig = await WebRig.start();
    const { port } = new URL(rig.address);
    await expect(startWebServer({ ...rig.options(), bindAddress: rig.address })).rejects.toMatchObject({
      code: 'web-port-in-use',
      value: Number(port),
      message: expect.stringContaining(`Port ${port}`) as string,
    });
  });

  it('names the /etc/hosts line for a name that does not resolve', async () => {
    const options = { ...new WebRig().options(), bindAddress: 'https://no-such-host.invalid:8443' };
    await expect(startWebServer(options)).rejects.toMatchObject({
      code: 'web-name-unresolved',
      remedy: 'Add this line to /etc/hosts: 127.0.0.1 no-such-host.invalid',
    });
  });

  it('says that an address is of another machine', async () => {
    const options = { ...new WebRig().options(), bindAddress: 'https://192.0.2.1:0' };
    await expect(startWebServer(options)).rejects.toMatchObject({ code: 'web-bind' });
  });

  it('refuses a key that is not of the certificate', async () => {
    const options = { ...new WebRig().options(), privateKey: makeTlsPair().privateKey };
    await expect(startWebServer(options)).rejects.toMatchObject({ code: 'web-certificate' });
  });

  it('closes while a stream is open', async () => {
    const rig = await WebRig.start();
    const stream = rig.ask('/api/live').catch(() => undefined);
    await expect.poll(() => rig.feed.listeners.size).toBe(1);
    await rig[Symbol.asyncDispose]();
    await stream;
    expect(rig.feed.listeners.size).toBe(0);
  });
});
