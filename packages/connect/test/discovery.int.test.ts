import { beforeAll, describe, expect, it } from 'vitest';
import { discover } from '../src/index.ts';
import { FixedServer, makeCertificates } from './support/https-server.ts';
import type { Certificates } from './support/https-server.ts';

const document = {
  serverkey: 'FSG7LHhy3v8tdNz3gK35G6-oxUcyln54pYRKu5fBJzU',
  'instance-name': 'campus',
  'vip-address': 'tcp://127.0.0.1:22916',
};

let certificates: Certificates;
beforeAll(() => {
  certificates = makeCertificates();
});

describe('discovery', () => {
  it('reads who a platform is from its web service', async () => {
    await using server = await FixedServer.start(certificates, document);
    const found = await discover(`https://localhost:${server.port}/`, { rootCertificate: certificates.root });
    expect(found).toEqual(document);
    expect(server.paths).toEqual(['GET /discovery/']);
  });

  it('trusts no certificate of another root, and asks nothing there', async () => {
    await using server = await FixedServer.start(certificates, document);
    const address = `https://localhost:${server.port}`;
    const trusted = discover(address, { rootCertificate: makeCertificates().root });
    await expect(trusted).rejects.toMatchObject({ code: 'discovery', value: address, remedy: /root certificate/ });
    await expect(discover(address, {})).rejects.toThrow('certificate is not trusted');
    expect(server.paths).toEqual([]);
  });

  it('takes no certificate of another name', async () => {
    await using server = await FixedServer.start(certificates, document);
    const asked = discover(`https://127.0.0.1:${server.port}`, { rootCertificate: certificates.root });
    await expect(asked).rejects.toThrow(/ERR_TLS_CERT_ALTNAME_INVALID|ECONNREFUSED/);
  });

  it.each([
    ['a status of 404', 404, '{}', /answers 404/],
    ['what is not JSON', 200, '<html>', /discovery document|not valid/],
    ['a sixth key', 200, JSON.stringify({ ...document, shoe: 43 }), /shoe|not valid/],
    ['a list', 200, '[]', /not valid/],
    ['a wrong type', 200, JSON.stringify({ ...document, serverkey: 5 }), /serverkey/],
    ['more than 256 KiB', 200, JSON.stringify({ x: 'x'.repeat(300_000) }), /discovered/],
  ])('refuses %s', async (_, status, body, message) => {
    await using server = await FixedServer.start(certificates, body);
    server.status = status;
    const asked = discover(`https://localhost:${server.port}`, { rootCertificate: certificates.root });
    await expect(asked).rejects.toMatchObject({
      code: 'discovery',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('says when nobody is there', async () => {
    const server = await FixedServer.start(certificates, document);
    const { port } = server;
    await server[Symbol.asyncDispose]();
    await expect(discover(`https://localhost:${port}`, {})).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED') as unknown,
      remedy: 'Is it running, and reachable from here?',
    });
  });
});
