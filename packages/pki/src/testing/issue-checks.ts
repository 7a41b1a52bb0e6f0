import { verify, sign } from 'node:crypto';

import { expect, it } from 'vitest';

import type { OrderMeta } from '../plugin/certificate-plugin.ts';
import type { RigSource } from './plugin-rig.ts';
import { expectChain, expectFor, expectGenerated, GENERATED, readAll } from './plugin-result-checks.ts';

const usages: Readonly<Record<OrderMeta['profile'], readonly string[]>> = {
  client: ['1.3.6.1.5.5.7.3.2'],
  server: ['1.3.6.1.5.5.7.3.1'],
  peer: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
};

/** What an order leads to. */
export function issueChecks(rig: RigSource, profiles: readonly OrderMeta['profile'][]): void {
  it('leads to a certificate', async () => {
    expect((await rig().issue(await rig().order())).status).toBe(GENERATED);
  });

  it('answers one certificate, and its issuers apart', async () => {
    const { certificate = '', intermediates = '' } = await rig().issue(await rig().order());
    expect(readAll(certificate)).toHaveLength(1);
    expect(certificate.trim()).toMatch(/^-----BEGIN CERTIFICATE-----[^]*-----END CERTIFICATE-----$/);
    expect(intermediates.trim() === '' || readAll(intermediates).length > 0).toBe(true);
  });

  it("issues for the request's key", async () => {
    const order = await rig().order();
    const certificate = expectFor(await rig().issue(order), order.keys);
    const data = Buffer.from('signed by whoever asked');
    expect(verify('sha256', data, certificate.publicKey, sign('sha256', data, order.keys.privateKey))).toBe(true);
  });

  it('issues for keys of RSA and P-256', async () => {
    for (const key of ['RSA-2048', 'P-256'] as const) {
      const order = await rig().order({ key });
      expectFor(await rig().issue(order), order.keys);
    }
  });

  it('issues to no authority', async () => {
    expect(expectGenerated(await rig().issue(await rig().order())).ca).toBe(false);
  });

  it('issues what is valid now', async () => {
    const { validFromDate, validToDate } = expectGenerated(await rig().issue(await rig().order()));
    expect(+validFromDate).toBeLessThanOrEqual(Date.now());
    expect(+validToDate).toBeGreaterThan(Date.now() + 3_600_000);
  });

  it('issues for every name that the request holds', async () => {
    const order = await rig().order();
    const certificate = expectGenerated(await rig().issue(order));
    const names = rig().namesOf(order);
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(certificate.checkHost(name, { subject: 'never' }), name).toBe(name);
  });

  it('answers the whole chain, the issuer first', async () => {
    expectChain(await rig().issue(await rig().order()), await rig().tested.roots());
  });

  for (const profile of profiles) {
    it(`issues for a ${profile}`, async () => {
      const certificate = expectGenerated(await rig().issue(await rig().order({ profile })));
      for (const usage of usages[profile]) expect(certificate.keyUsage).toContain(usage);
    });
  }

  it('gives each of eight orders at once its own certificate', async () => {
    const orders = await Promise.all(Array.from({ length: 8 }, () => rig().order()));
    const results = await Promise.all(orders.map((order) => rig().issue(order)));
    for (const [n, order] of orders.entries()) expectFor(results[n]!, order.keys);
    expect(new Set(results.map((result) => expectGenerated(result).serialNumber)).size).toBe(8);
  });

  it('takes two orders with one request for two', async () => {
    const one = await rig().order();
    const two = await rig().order();
    [two.orderMeta, two.keys] = [one.orderMeta, one.keys];
    const first = expectFor(await rig().issue(one), one.keys);
    expect(expectFor(await rig().issue(two), one.keys).serialNumber).not.toBe(first.serialNumber);
  });

  it('serves an order after one that failed', async () => {
    const bad = await rig().order({ more: { csr: 'garbage' } });
    expect((await rig().call(bad, 'issueCertificateRequest')).status).not.toBe(GENERATED);
    const good = await rig().order();
    expectFor(await rig().issue(good), good.keys);
  });
}
