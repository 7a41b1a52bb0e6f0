import { X509Certificate } from 'node:crypto';

import { certificateStatus } from '@volttron-ts/pki';
import { describe, expect, it } from 'vitest';

import { ADDRESS, newRequest, Office, operator } from './office.ts';

describe('a request', () => {
  it('waits until somebody approves it, and then gets the certificate for its key', async () => {
    const office = await Office.open();
    const { csr, name } = await newRequest();
    expect(await office.certificates.submit({ csr, address: ADDRESS })).toMatchObject({
      kind: 'pending',
      conflict: false,
    });
    expect(await office.certificates.list()).toMatchObject([
      { name, status: 'pending', address: ADDRESS, attempts: 1 },
    ]);
    const approved = await office.certificates.approve(name, operator);
    expect(approved).toMatchObject({
      status: 'issued',
      decision: operator,
      order: { status: 'ACTIVE', plugin: 'scripted' },
    });
    const answer = await office.certificates.submit({ csr, address: ADDRESS });
    expect(answer).toMatchObject({ kind: 'approved', intermediates: new X509Certificate(office.ca.root).toString() });
    expect(office.grant.taken).toEqual(['grant']);
  });

  it('is refused for good once it is denied, and says why', async () => {
    const office = await Office.open();
    const { csr, name } = await newRequest();
    await office.certificates.submit({ csr, address: ADDRESS });
    expect(await office.certificates.deny(name, operator)).toMatchObject({ status: 'denied', decision: operator });
    expect(await office.certificates.submit({ csr, address: ADDRESS })).toMatchObject({
      kind: 'denied',
      why: 'new meter',
    });
    expect(office.plugin.calls).toEqual([]);
  });

  it('is answered at once when everything new is approved', async () => {
    const office = await Office.open();
    office.certificates.autoApprove = true;
    const { csr } = await newRequest();
    expect(await office.certificates.submit({ csr, address: ADDRESS })).toMatchObject({ kind: 'approved', auto: true });
    const again = await office.certificates.submit({ csr, address: ADDRESS });
    expect(again.kind).toBe('approved');
    expect(again).not.toHaveProperty('auto');
    expect(office.plugin.methods).toEqual(['issueCertificateRequest']);
  });

  it('is found by id and by name', async () => {
    const office = await Office.open();
    const { csr, name } = await newRequest();
    const { id } = await office.certificates.submit({ csr, address: ADDRESS });
    expect(await office.certificates.find(id)).toMatchObject({ id, name });
    expect(await office.certificates.find(name)).toMatchObject({ id, name });
    expect(await office.certificates.find('central.nobody.at-all')).toBeUndefined();
  });

  it('goes on waiting for its CA after a restart', async () => {
    const office = await Office.open();
    office.plugin.will('issueCertificateRequest', { status: certificateStatus.WAITING_FOR_CA, retryMsec: 60_000 });
    const { csr, name } = await newRequest();
    await office.certificates.submit({ csr, address: ADDRESS });
    expect(await office.certificates.approve(name, operator)).toMatchObject({ status: 'approved' });
    await office.stop();
    await office.start();
    office.clock.step(59_999);
    expect(office.plugin.methods).toEqual(['issueCertificateRequest']);
    office.clock.step(1);
    await expect.poll(async () => (await office.certificates.find(name))?.status).toBe('issued');
    expect(office.plugin.methods).toEqual(['issueCertificateRequest', 'checkCertificateStatus']);
    expect(await office.certificates.verifyTrail()).toMatchObject({ intact: true });
  });
});
