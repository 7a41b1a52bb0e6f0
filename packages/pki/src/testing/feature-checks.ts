import { X509Certificate } from 'node:crypto';

import { expect, it } from 'vitest';

import { certificateStatus } from '../plugin/certificate-plugin.ts';
import type { CaInfo } from '../plugin/certificate-plugin.ts';
import type { RigSource } from './plugin-rig.ts';
import { isOpen } from './plugin-rig.ts';
import { expectChain, expectFor, expectMessage, GENERATED, INVALID } from './plugin-result-checks.ts';

const { CA_UNAVAILABLE_FOR_REQUEST: UNAVAILABLE, WAITING_FOR_CA: WAITING } = certificateStatus;

/** A CA that answers later. */
export function waitingChecks(rig: RigSource): void {
  it('waits for the CA, says for what, and when to look again', async () => {
    const result = await rig().call(await rig().order(), 'issueCertificateRequest');
    expect(result.status).toBe(WAITING);
    expect(result.retryMsec).toBeGreaterThan(0);
    expectMessage(result.statusMessage, WAITING);
  });

  it('goes on waiting as long as the CA has not decided, without asking it again', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    const before = await rig().asked();
    for (let n = 0; n < 5; n++) expect((await rig().call(order, 'checkCertificateStatus')).status).toBe(WAITING);
    expect(await rig().asked()).toBe(before);
  });

  it('waits again after a change', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    await rig().change(order);
    expect((await rig().call(order, 'modifyCertificateRequest')).status).toBe(WAITING);
    expectFor(await rig().finish(order, 'checkCertificateStatus'), order.keys);
  });

  it('gives the certificate as soon as the CA has issued it', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    await rig().tested.work?.();
    expectFor(await rig().call(order, 'checkCertificateStatus'), order.keys);
  });
}

export function refusalChecks(rig: RigSource): void {
  it('says that the CA has refused, and does not wait for it any more', async () => {
    const order = await rig().order();
    const first = await rig().call(order, 'issueCertificateRequest');
    const result = await rig().follow(order, first, 'issueCertificateRequest', () => rig().tested.refuse?.());
    expect(result.status).toBe(INVALID);
    expectMessage(result.statusMessage, INVALID);
  });
}

/** A CA that cannot be reached. */
export function unavailabilityChecks(rig: RigSource): void {
  const away = async (work: () => Promise<unknown>): Promise<void> => {
    await rig().tested.stop?.();
    try {
      await work();
    } finally {
      await rig().tested.start?.();
    }
  };

  it('starts while the CA is away', async () => {
    await away(() => rig().open());
  });

  it('says that the CA is away, and when to try again', async () => {
    const order = await rig().order();
    await away(async () => {
      const result = await rig().call(order, 'issueCertificateRequest');
      expect(result.status).toBe(UNAVAILABLE);
      expect(result.retryMsec).toBeGreaterThan(0);
    });
    expectFor(await rig().issue(order), order.keys);
  });

  it('goes on with an order that it has begun, when the CA is back', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    const before = await rig().asked();
    await away(async () => {
      expect((await rig().call(order, 'checkCertificateStatus')).status).not.toBe(INVALID);
    });
    expectFor(await rig().finish(order, 'checkCertificateStatus'), order.keys);
    expect(await rig().asked()).toBe(before);
  });

  it('forgets no wish to cancel', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    await away(async () => {
      const result = await rig().call(order, 'cancelCertificateRequest');
      expect(isOpen(result) || result.status === certificateStatus.REQUEST_CANCELED).toBe(true);
    });
  });
}

/** @see CertificatePlugin.getCaInfo */
export function caInfoChecks(rig: RigSource): void {
  const info = async (): Promise<(readonly [string, CaInfo])[]> => {
    const found = Object.entries((await rig().plugin.getCaInfo?.()) ?? {});
    expect(found.length).toBeGreaterThan(0);
    return found;
  };

  it('names each of its CAs', async () => {
    for (const [id, { name }] of await info()) {
      expect(id.trim()).not.toBe('');
      expect(name.trim()).not.toBe('');
    }
  });

  it("shows certificates that are authorities'", async () => {
    for (const [, { certificate }] of await info()) {
      if (certificate !== undefined) expect(new X509Certificate(certificate).ca).toBe(true);
    }
  });

  it('says until when this holds', async () => {
    for (const [, { expiration }] of await info()) {
      if (expiration !== undefined) expect(Date.parse(expiration)).toBeGreaterThan(Date.now());
    }
  });

  it('names the same CAs after a restart', async () => {
    const before = await info();
    await rig().open();
    expect(await info()).toEqual(before);
  });

  it('issues from the CA that the order names', async () => {
    for (const [pluginCaId, { certificate }] of await info()) {
      const order = await rig().order({ pluginCaId });
      const result = await rig().issue(order);
      expectFor(result, order.keys);
      expectChain(result, `${certificate ?? ''}\n${await rig().tested.roots()}`);
    }
  });

  it('issues nothing from a CA that it does not know', async () => {
    const order = await rig().order({ pluginCaId: '../no-such-ca' });
    const result = await rig().call(order, 'issueCertificateRequest');
    expect(result.status).not.toBe(GENERATED);
    expect(result.statusMessage).toContain('../no-such-ca');
  });
}
