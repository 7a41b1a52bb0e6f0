import { createPrivateKey, X509Certificate } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateKeyPair, writePrivateKey } from '@volttron-ts/pki';
import { expect, it } from 'vitest';
import { TwoSites } from './support/two-sites.ts';

const NAME = 'volttron-server.volttron-client.forwarder';
const waits = `The request for the certificate of ${NAME} waits for approval`;
const given = `The certificate of ${NAME} is in`;

async function certificate({ client }: TwoSites): Promise<X509Certificate> {
  return new X509Certificate(await readFile(join(client.home, 'forwarder.certs', `${NAME}.crt`)));
}

it('a request waits, is listed and approved, and the next one gets the certificate of its key', async () => {
  const sites = await TwoSites.open();
  expect(await sites.ask('forwarder')).toMatchObject({ code: 77, text: expect.stringContaining(waits) as unknown });
  const listed = await sites.run('server', 'vctl auth remote list --status pending');
  expect(listed.text).toMatch(new RegExp(`^${NAME} +(127.0.0.1|::1) +PENDING$`, 'm'));
  expect(await sites.run('server', `vctl auth remote approve ${NAME}`)).toEqual({ code: 0, text: '' });
  expect(await sites.ask('forwarder')).toMatchObject({ code: 0, text: expect.stringContaining(given) as unknown });
  const leaf = await certificate(sites);
  const root = new X509Certificate(await readFile(join(sites.client.home, 'forwarder.certs/volttron-server_ca.crt')));
  const key = await readFile(join(sites.client.home, 'certificates/private/volttron-client.forwarder.pem'));
  expect(leaf.verify(root.publicKey)).toBe(true);
  expect(leaf.checkPrivateKey(createPrivateKey(key))).toBe(true);
  expect(leaf.subject).toBe(`CN=${NAME}`);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(await readFile(join(sites.server.home, `certificates/remote_certs/${NAME}.crt`), 'utf8')).toBe(
    leaf.toString(),
  );
});

it('a denial takes the certificate back, and a deleted request may be sent again', async () => {
  const sites = await TwoSites.open();
  await sites.ask('forwarder');
  await sites.run('server', `vctl auth remote approve ${NAME}`);
  await sites.ask('forwarder');
  const first = await certificate(sites);
  await sites.run('server', `vctl auth remote deny ${NAME}`);
  expect(await sites.ask('forwarder')).toMatchObject({
    code: 77,
    text: expect.stringContaining('is denied') as unknown,
  });
  await expect(access(join(sites.server.home, `certificates/remote_certs/${NAME}.crt`))).rejects.toThrow('ENOENT');
  await sites.run('server', `vctl auth remote delete ${NAME}`);
  expect((await sites.ask('forwarder')).text).toContain(waits);
  await sites.run('server', `vctl auth remote approve ${NAME}`);
  expect((await sites.ask('forwarder')).text).toContain(given);
  const second = await certificate(sites);
  expect(second.serialNumber).not.toBe(first.serialNumber);
});

it('who waits gets it when it is approved, also when the platform was killed meanwhile', async () => {
  const sites = await TwoSites.open({ 'enable-csr': 'True', 'bind-web-address': 'https://localhost:0' });
  await sites.ask('forwarder');
  await sites.run('server', `vctl auth remote approve ${NAME}`);
  await sites.crash();
  expect((await sites.ask('forwarder', '--wait')).text).toContain(given);
  const before = await certificate(sites);
  await sites.crash();
  await sites.ask('forwarder');
  expect((await certificate(sites)).serialNumber).toBe(before.serialNumber);
});

it('another key under the same name waits, learns nothing, and is shown to the operator', async () => {
  const sites = await TwoSites.open();
  await sites.ask('forwarder');
  await sites.run('server', `vctl auth remote approve ${NAME}`);
  const key = join(sites.client.home, 'certificates/private/volttron-client.forwarder.pem');
  const { privateKey } = await generateKeyPair('P-256');
  await writeFile(key, writePrivateKey(privateKey));
  const answer = await sites.ask('forwarder');
  expect(answer).toMatchObject({ code: 77, text: expect.stringContaining(waits) as unknown });
  const listed = await sites.run('server', 'vctl --json auth remote list');
  expect(listed.text).toContain('"conflicts": 1');
});

it('a request for another instance is refused, which the original signs', async () => {
  const sites = await TwoSites.open();
  const csr = 'openssl req -new -newkey rsa:2048 -nodes -keyout k.pem -subj /CN=other-server.volttron-client.x';
  await sites.run('client', `${csr} -out x.csr`);
  const body = `node -p 'JSON.stringify({csr: fs.readFileSync("x.csr", "utf8")})' > x.json`;
  await sites.run('client', body);
  const post = `curl -s --cacert ${sites.root} -H 'Content-Type: application/json' -d @x.json`;
  const { text } = await sites.run('client', `${post} https://volttron-server:8443/csr/request_new`);
  expect(JSON.parse(text)).toMatchObject({
    status: 'ERROR',
    message: expect.stringContaining('other-server.volttron-client.x') as unknown,
  });
  expect((await sites.run('server', 'vctl auth remote list')).text).toBe('No remote certificates or credentials\n');
});

it('a platform that takes no requests says so to who asks', async () => {
  const sites = await TwoSites.open({});
  expect(await sites.ask('forwarder')).toMatchObject({
    code: 69,
    text: expect.stringContaining('it takes no certificate requests') as unknown,
  });
});
