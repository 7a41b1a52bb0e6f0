import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';

import { describe, expect, it, onTestFinished } from 'vitest';

import { writePrivateKey } from '../src/index.ts';
import type { Authority } from '../src/index.ts';
import { issue, makeAuthority } from './authority.ts';

async function serve(): Promise<{ port: number; authority: Authority }> {
  const authority = await makeAuthority();
  const { certificate, keys } = await issue(authority);
  const server = createServer({ cert: certificate.pem, key: writePrivateKey(keys.privateKey) }, (socket) => {
    socket.on('error', () => undefined);
    socket.end('hello');
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, authority };
}

async function greet(options: ConnectionOptions): Promise<string> {
  const socket = connect(options);
  onTestFinished(() => void socket.destroy());
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

describe('a TLS server with the issued pair', () => {
  it.each(['localhost', 'central.example'])('is trusted by the DNS name %s', async (servername) => {
    const { port, authority } = await serve();
    expect(await greet({ host: '127.0.0.1', port, servername, ca: authority.certificate.pem })).toBe('hello');
  });

  it('is trusted by its IP address', async () => {
    const { port, authority } = await serve();
    expect(await greet({ host: '127.0.0.1', port, ca: authority.certificate.pem })).toBe('hello');
  });

  it('is refused by another name', async () => {
    const { port, authority } = await serve();
    await expect(
      greet({ host: '127.0.0.1', port, servername: 'other.example', ca: authority.certificate.pem }),
    ).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is refused by who trusts another root of the same name', async () => {
    const { port } = await serve();
    const other = await makeAuthority();
    await expect(greet({ host: '127.0.0.1', port, ca: other.certificate.pem })).rejects.toThrow();
  });
});
