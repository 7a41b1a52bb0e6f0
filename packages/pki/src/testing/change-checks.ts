import { expect, it } from 'vitest';

import type { PluginResult } from '../plugin/certificate-plugin.ts';
import type { RigSource } from './plugin-rig.ts';
import { isOpen } from './plugin-rig.ts';
import { CANCELED, expectFor, expectMessage, GENERATED, INVALID } from './plugin-result-checks.ts';
import { frozen } from './test-order.ts';
import type { TestOrder } from './test-order.ts';

/** The client changes its mind. */
export function modifyChecks(rig: RigSource): void {
  /** What ends well is for the key that the order names now; what does not says why. */
  const expectCurrent = (result: PluginResult, order: TestOrder): void => {
    if (result.status === GENERATED) expectFor(result, order.keys);
    else expect(result.status).toBe(INVALID);
  };

  it('issues for the key of the changed order only', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    await rig().change(order);
    expectCurrent(await rig().finish(order, 'modifyCertificateRequest'), order);
  });

  it('takes a change of an order that never reached the CA', async () => {
    const order = await rig().order();
    await rig().change(order);
    expectCurrent(await rig().finish(order, 'modifyCertificateRequest'), order);
  });

  it('takes a change after the certificate was generated, or says that it is too late', async () => {
    const order = await rig().order();
    await rig().issue(order);
    await rig().change(order);
    expectCurrent(await rig().finish(order, 'modifyCertificateRequest'), order);
  });

  it('takes a change that changes nothing, and asks the CA for nothing more', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    const before = await rig().asked();
    expectCurrent(await rig().finish(order, 'modifyCertificateRequest'), order);
    expect(await rig().asked()).toBe(before);
  });

  it('takes the same change again after a crash', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    await rig().change(order);
    await rig().call(order, 'modifyCertificateRequest');
    await rig().open();
    const before = await rig().asked();
    expectCurrent(await rig().finish(order, 'modifyCertificateRequest'), order);
    expect(await rig().asked()).toBe(before);
  });

  it('issues for the last of several changes', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    for (let n = 0; n < 3; n++) {
      await rig().change(order);
      await rig().call(order, 'modifyCertificateRequest');
    }
    expectCurrent(await rig().finish(order, 'modifyCertificateRequest'), order);
  });

  it('issues nothing for a change to garbage', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    order.orderMeta = frozen({ ...order.orderMeta, csr: 'garbage' });
    expect((await rig().call(order, 'modifyCertificateRequest')).status).not.toBe(GENERATED);
  });
}

export function cancelChecks(rig: RigSource): void {
  it('cancels an order that never reached the CA', async () => {
    expect((await rig().finish(await rig().order(), 'cancelCertificateRequest')).status).toBe(CANCELED);
  });

  it('ends an order that it has begun, and says how', async () => {
    const order = await rig().order();
    const first = await rig().call(order, 'issueCertificateRequest');
    const result = await rig().finish(order, 'cancelCertificateRequest');
    if (result.status === GENERATED) expectFor(result, order.keys);
    else expectMessage(result.statusMessage, result.status);
    if (isOpen(first)) expect(result.status).toBe(CANCELED);
  });

  it('cancels twice as it does once', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    const first = await rig().finish(order, 'cancelCertificateRequest');
    expect((await rig().finish(order, 'cancelCertificateRequest')).status).toBe(first.status);
  });

  it('knows after a restart that an order was canceled', async () => {
    const order = await rig().order();
    const first = await rig().finish(order, 'cancelCertificateRequest');
    await rig().open();
    expect((await rig().finish(order, 'checkCertificateStatus')).status).toBe(first.status);
  });

  it('says of a canceled order that it is, when it is to check it', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    const { status } = await rig().finish(order, 'cancelCertificateRequest');
    expect((await rig().finish(order, 'checkCertificateStatus')).status).toBe(status);
  });

  it('cancels an order after its certificate was generated, or says that it is too late', async () => {
    const order = await rig().order();
    await rig().issue(order);
    const result = await rig().finish(order, 'cancelCertificateRequest');
    if (result.status === GENERATED) expectFor(result, order.keys);
    else expect([CANCELED, INVALID]).toContain(result.status);
  });

  it('cancels an order whose request is garbage', async () => {
    const order = await rig().order({ more: { csr: 'garbage' } });
    await rig().call(order, 'issueCertificateRequest');
    expect([CANCELED, INVALID]).toContain((await rig().finish(order, 'cancelCertificateRequest')).status);
  });

  it('cancels one order and no other', async () => {
    const [one, two] = [await rig().order(), await rig().order()];
    await rig().call(one, 'issueCertificateRequest');
    await rig().call(two, 'issueCertificateRequest');
    await rig().finish(one, 'cancelCertificateRequest');
    expectFor(await rig().finish(two, 'checkCertificateStatus'), two.keys);
  });
}
