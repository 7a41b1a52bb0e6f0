import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { certificateStatus, issueCertificate, manual, readSigningRequest } from '../src/index.ts';
import type { Authority, JsonObject, PluginOrder, PluginResult } from '../src/index.ts';
import { describeCertificatePlugin } from '../src/testing/index.ts';
import type { PluginUnderTest } from '../src/testing/index.ts';
import { clock, issue, makeAuthority } from './authority.ts';
import { OfflineCa } from './offline-ca.ts';
import { contextFor, orderFor, requestFor } from './plugin-order.ts';
import { scratchFolder } from './scratch.ts';

for (const withRoot of [true, false]) {
  describeCertificatePlugin(
    withRoot ? 'manual, with a root' : 'manual',
    async (home): Promise<PluginUnderTest> => {
      const ca = await OfflineCa.make(join(home, 'certificate-plugins', 'manual'));
      if (withRoot) await writeFile(join(home, 'offline-root.pem'), ca.root.certificate.pem, { mode: 0o600 });
      return {
        definition: manual,
        config: withRoot ? { root: 'offline-root.pem' } : {},
        roots: () => ca.root.certificate.pem,
        asked: () => ca.asked(),
        work: () => ca.work(),
        stop: () => ca.away(),
        start: () => ca.back(),
      };
    },
    { features: ['waits', 'unavailable'] },
  );
}

interface Desk {
  readonly outbox: string;
  readonly inbox: string;
  readonly order: PluginOrder;
  readonly ca: Authority;
  readonly call: (method: 'issue' | 'check' | 'modify' | 'cancel') => Promise<PluginResult>;
  /** The path of the answer. */
  readonly answer: string;
}

const methods = {
  issue: 'issueCertificateRequest',
  check: 'checkCertificateStatus',
  modify: 'modifyCertificateRequest',
  cancel: 'cancelCertificateRequest',
} as const;

/** A plugin with a request in its outbox. */
async function desk(config: JsonObject = {}, commonName = 'central.meter1'): Promise<Desk> {
  const home = await scratchFolder();
  const ca = await makeAuthority('offline-root');
  await writeFile(join(home, 'root.pem'), ca.certificate.pem);
  const context = await contextFor(home, 'manual', config);
  const plugin = await manual.create(context);
  const { orderMeta } = await requestFor({ commonName });
  const order = orderFor(orderMeta);
  const [outbox, inbox] = [join(context.directory, 'outbox'), join(context.directory, 'inbox')];
  const call: Desk['call'] = (method) => plugin[methods[method]](order);
  await call('issue');
  const [csr = ''] = await readdir(outbox);
  return { outbox, inbox, order, ca, call, answer: join(inbox, csr.replace(/csr$/, 'crt')) };
}

function sign({ order, ca }: Desk, more: Partial<Parameters<typeof issueCertificate>[0]> = {}): string {
  const { publicKey, subject, dnsNames } = readSigningRequest(order.orderMeta.csr);
  const validity = { days: 90 };
  return issueCertificate({ issuer: ca, profile: 'client', publicKey, subject, dnsNames, validity, clock, ...more })
    .pem;
}

describe('the outbox and the inbox of the manual plugin', () => {
  it('holds a request under its common name and order, for its owner only', async () => {
    const { outbox, inbox, order } = await desk();
    const [name = ''] = await readdir(outbox);
    expect(name).toBe(`central.meter1.${order.orderId}.csr`);
    expect(await readFile(join(outbox, name), 'utf8')).toBe(order.orderMeta.csr);
    expect((await stat(join(outbox, name))).mode & 0o777).toBe(0o600);
    for (const folder of [outbox, inbox]) expect((await stat(folder)).mode & 0o777).toBe(0o700);
  });

  it('says where the request lies and which file it waits for', async () => {
    const { order, call, answer } = await desk();
    delete order.pluginMeta['request'];
    const { statusMessage } = await call('issue');
    expect(statusMessage).toContain(answer);
    expect(statusMessage).toContain(`central.meter1.${order.orderId}.csr`);
  });

  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['.hidden', 'hidden'],
    ['Zähler 7', 'Z_hler_7'],
    ['...', 'unnamed'],
  ])('names no file outside for %s', async (commonName, base) => {
    const { outbox, order } = await desk({}, commonName);
    expect(await readdir(outbox)).toEqual([`${base}.${order.orderId}.csr`]);
  });

  it('takes the certificate and clears both folders', async () => {
    const made = await desk();
    const pem = sign(made);
    await writeFile(made.answer, pem);
    expect(await made.call('check')).toEqual({ status: 'certificate generated', certificate: pem, intermediates: '' });
    expect([await readdir(made.inbox), await readdir(made.outbox)]).toEqual([[], []]);
  });

  it('takes a chain in any order, and text around it', async () => {
    const made = await desk({ root: 'root.pem' });
    const { certificate, keys } = await issue(made.ca, {
      profile: 'authority',
      dnsNames: [],
      ipAddresses: [],
      subject: { commonName: 'below' },
    });
    const pem = sign(made, { issuer: { certificate, privateKey: keys.privateKey } });
    await writeFile(made.answer, `Bag Attributes\n${made.ca.certificate.pem}${certificate.pem}\nsubject=x\n${pem}`);
    const result = await made.call('check');
    expect(result).toMatchObject({ status: certificateStatus.CERTIFICATE_GENERATED, certificate: pem });
    expect(result.intermediates).toBe(`${certificate.pem}${made.ca.certificate.pem}`);
  });

  it.each<[string, (made: Desk) => string | Promise<string>, RegExp]>([
    ['an empty file', () => '', /holds no certificate/],
    ['half a file', (made) => sign(made).slice(0, 300), /is no base64/],
    [
      'a certificate for another key',
      async ({ ca }) => (await issue(ca)).certificate.pem,
      /for the key of the request/,
    ],
    ["an authority's", (made) => sign(made, { profile: 'authority', dnsNames: [] }), /is an authority's/],
    [
      'what is over',
      (made) =>
        sign(made, {
          validity: { notBefore: new Date(+made.ca.certificate.notBefore), notAfter: new Date(Date.now() - 1000) },
        }),
      /has expired/,
    ],
    ['no text', () => '\u0000'.repeat(100), /holds no certificate/],
    ['too much', () => 'x'.repeat(100_000), /more than 49152 octets/],
  ])('leaves %s in place, says what is wrong, and takes a better one', async (_, bad, why) => {
    const made = await desk();
    const text = await bad(made);
    await writeFile(made.answer, text);
    for (const method of ['check', 'issue'] as const) {
      const result = await made.call(method);
      expect(result.status).toBe(certificateStatus.CLIENT_DATA_ISSUE_SEEN);
      expect(result.statusMessage).toMatch(why);
      expect(result.statusMessage).toContain(made.answer);
      expect(result.retryMsec).toBe(10_000);
    }
    expect(await readFile(made.answer, 'utf8')).toBe(text);
    await writeFile(made.answer, sign(made));
    expect((await made.call('check')).status).toBe(certificateStatus.CERTIFICATE_GENERATED);
  });

  it('takes no certificate that the root does not stand behind, or that is for something else', async () => {
    const made = await desk({ root: 'root.pem' });
    const other = await makeAuthority('offline-root');
    await writeFile(made.answer, sign(made, { issuer: other }));
    expect((await made.call('check')).statusMessage).toMatch(/not trusted/);
    await writeFile(made.answer, sign(made, { profile: 'server' }));
    expect((await made.call('check')).statusMessage).toMatch(/not trusted.*usage/);
    await writeFile(made.answer, sign(made));
    expect((await made.call('check')).status).toBe(certificateStatus.CERTIFICATE_GENERATED);
  });

  it('does not put a request again that was carried away', async () => {
    const { outbox, call } = await desk();
    const [name = ''] = await readdir(outbox);
    await rm(join(outbox, name));
    for (const method of ['issue', 'check', 'modify'] as const) {
      expect((await call(method)).status).toBe(certificateStatus.WAITING_FOR_CA);
    }
    expect(await readdir(outbox)).toEqual([]);
  });

  it('replaces the request of a changed order, whatever its name', async () => {
    const { outbox, order, call } = await desk();
    const { orderMeta } = await requestFor({ commonName: 'central.meter2' });
    (order as { orderMeta: typeof orderMeta }).orderMeta = orderMeta;
    expect((await call('modify')).status).toBe(certificateStatus.WAITING_FOR_CA);
    const name = `central.meter2.${order.orderId}.csr`;
    expect(await readdir(outbox)).toEqual([name]);
    expect(await readFile(join(outbox, name), 'utf8')).toBe(orderMeta.csr);
  });

  it('removes the request of a canceled order, and no other', async () => {
    const { outbox, call } = await desk();
    const other = `central.meter1.${crypto.randomUUID()}.csr`;
    await writeFile(join(outbox, other), '');
    expect((await call('cancel')).status).toBe(certificateStatus.REQUEST_CANCELED);
    expect(await readdir(outbox)).toEqual([other]);
  });

  it('waits for an inbox that is away', async () => {
    const { inbox, call } = await desk();
    await rename(inbox, `${inbox}.away`);
    const result = await call('check');
    expect(result).toMatchObject({ status: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST, retryMsec: 60_000 });
    await mkdir(inbox);
    expect((await call('check')).status).toBe(certificateStatus.WAITING_FOR_CA);
  });
});

describe('the configuration of the manual plugin', () => {
  it.each([
    [{ root: 17 }, '"root" is 17 instead of the path of a file with PEM certificates'],
    [{ root: '' }, '"root" is "" instead of the path'],
    [{ root: 'nowhere.pem' }, 'nowhere.pem) cannot be used: ENOENT'],
    [{ outbox: 'x' }, 'it has no option "outbox"; there is "root"'],
  ])('refuses %j', async (config, message) => {
    const context = await contextFor(await scratchFolder(), 'manual', config);
    await expect(manual.create(context)).rejects.toMatchObject({
      code: 'plugin-config',
      message: expect.stringContaining(message) as string,
    });
  });
});
