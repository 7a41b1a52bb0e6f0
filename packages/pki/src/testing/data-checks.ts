import { readdir, stat } from 'node:fs/promises';

import { expect, it } from 'vitest';

import type { JsonObject } from '../plugin/certificate-plugin.ts';
import type { RigSource } from './plugin-rig.ts';
import { expectFor, GENERATED, orderMethods } from './plugin-result-checks.ts';
import { frozen } from './test-order.ts';

const hostile: readonly (readonly [string, JsonObject])[] = [
  ['a megabyte of text', { note: 'x'.repeat(1_000_000) }],
  ['ten thousand keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key ${n}`, n]))],
  ['a thousand levels of lists', { deep: JSON.parse('['.repeat(1000) + ']'.repeat(1000)) as JsonObject }],
  ['text of all alphabets', { 'ключ 鍵 🔑': 'é\u0301\u202e\ud83d\ude42 مفتاح \u0000\u2028' }],
  ['names of files', { name: '../../../etc/passwd', file: '/etc/passwd', ca: '..\\..\\x\u0000.crt' }],
  [
    'the names of things that objects have',
    JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"toString":3}') as JsonObject,
  ],
];

/** What a client may write into its order. */
export function dataChecks(rig: RigSource): void {
  it.each(hostile)('serves an order with %s', async (_, more) => {
    const order = await rig().order({ more });
    const result = await rig().issue(order);
    if (result.status === GENERATED) expectFor(result, order.keys);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it.each([
    ['that is empty', ''],
    ['that is garbage', 'garbage'],
    [
      'of a megabyte',
      `-----BEGIN CERTIFICATE REQUEST-----\n${'A'.repeat(1_000_000)}\n-----END CERTIFICATE REQUEST-----\n`,
    ],
    ['that is no base64', '-----BEGIN CERTIFICATE REQUEST-----\n!!!!\n-----END CERTIFICATE REQUEST-----\n'],
    ['that is a number', 17],
    ['that is a list', [1]],
    ['that is null', null],
  ])('issues nothing for a request %s, and says why', async (_, csr) => {
    const before = await rig().asked();
    const order = await rig().order({ more: { csr } });
    const result = await rig().call(order, 'issueCertificateRequest');
    expect(result.status).not.toBe(GENERATED);
    expect(result.statusMessage).not.toMatch(/is not a function|cannot read propert/i);
    expect(await rig().asked()).toBe(before);
  });

  it('issues nothing for a request that was cut', async () => {
    const order = await rig().order();
    const { csr } = order.orderMeta;
    order.orderMeta = frozen({ ...order.orderMeta, csr: `${csr.slice(0, 200)}\n-----END CERTIFICATE REQUEST-----\n` });
    expect((await rig().call(order, 'issueCertificateRequest')).status).not.toBe(GENERATED);
  });

  it('issues nothing for a profile that is none', async () => {
    const order = await rig().order({ more: { profile: 'emperor' } });
    expect((await rig().call(order, 'issueCertificateRequest')).status).not.toBe(GENERATED);
  });
}

/** What is nobody's business. */
export function secrecyChecks(rig: RigSource): void {
  it('keeps what it writes from others', async () => {
    await rig().issue(await rig().order());
    for (const path of await rig().files()) expect((await stat(path)).mode & 0o077, path).toBe(0);
  });

  it("writes nothing outside the instance's home", async () => {
    await rig().issue(await rig().order());
    expect(await readdir(rig().root)).toEqual(['home']);
  });

  it('tells no private key, neither in messages nor in what is kept', async () => {
    const order = await rig().order();
    for (const method of orderMethods) await rig().call(order, method);
    const damaged = await rig().order({ more: { csr: 'garbage' } });
    for (const method of orderMethods) await rig().call(damaged, method);
    const said = rig().texts.join('\n');
    for (const secret of await rig().secrets()) expect(said.includes(secret)).toBe(false);
  });
}

/** The platform stops, or has no more patience. */
export function deadlineChecks(rig: RigSource): void {
  it.each(orderMethods)('settles %s soon after the time is up', async (method) => {
    const order = await rig().order();
    order.abort.abort();
    const before = Date.now();
    await rig().call(order, method);
    expect(Date.now() - before).toBeLessThan(10_000);
  });

  it('goes on with an order whose call was cut off', async () => {
    const order = await rig().order();
    const before = await rig().asked();
    const cut = rig().call(order, 'issueCertificateRequest');
    order.abort.abort();
    await cut;
    const again = await rig().order();
    [again.orderMeta, again.keys, again.pluginMeta] = [order.orderMeta, order.keys, order.pluginMeta];
    Object.assign(again, { id: order.id, openedAt: order.openedAt });
    expectFor(await rig().finish(again, 'checkCertificateStatus'), again.keys);
    expect((await rig().asked()) - before).toBeLessThanOrEqual(1);
  });
}
