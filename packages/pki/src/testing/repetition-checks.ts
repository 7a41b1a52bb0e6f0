import { expect, it } from 'vitest';

import { certificateStatus } from '../plugin/certificate-plugin.ts';
import type { RigSource } from './plugin-rig.ts';
import { isOpen } from './plugin-rig.ts';
import { expectFor, GENERATED, identityOf } from './plugin-result-checks.ts';
import type { TestOrder } from './test-order.ts';

const MOST_SAVES = 12;

/** Calls made again, and crashes between them: a CA is never asked twice for one order. */
export function repetitionChecks(rig: RigSource): void {
  /** How often the CA was asked while something was done. */
  const askedBy = async (work: () => Promise<unknown>): Promise<number> => {
    const before = await rig().asked();
    await work();
    return (await rig().asked()) - before;
  };

  it('asks the CA once for one order', async () => {
    const order = await rig().order();
    expect(await askedBy(() => rig().issue(order))).toBeLessThanOrEqual(1);
  });

  it('asks no second time when it is to issue again what it has begun', async () => {
    const order = await rig().order();
    await rig().call(order, 'issueCertificateRequest');
    expect(await askedBy(() => rig().issue(order))).toBe(0);
  });

  it('answers the same certificate when it is to issue again', async () => {
    const order = await rig().order();
    const first = await rig().issue(order);
    expect(identityOf(await rig().issue(order))).toEqual(identityOf(first));
  });

  it('answers the same certificate when it is to check again', async () => {
    const order = await rig().order();
    const first = await rig().issue(order);
    const second = await rig().finish(order, 'checkCertificateStatus');
    expect(identityOf(second)).toEqual(identityOf(first));
    expect(second.intermediates).toBe(first.intermediates);
  });

  it('answers the same certificate after a restart', async () => {
    const order = await rig().order();
    const first = await rig().issue(order);
    await rig().open();
    const again = await askedBy(async () => {
      expect(identityOf(await rig().finish(order, 'checkCertificateStatus'))).toEqual(identityOf(first));
    });
    expect(again).toBe(0);
  });

  it('goes on with the same order after a restart in between', async () => {
    const order = await rig().order();
    const asked = await askedBy(async () => {
      await rig().call(order, 'issueCertificateRequest');
      await rig().open();
      expectFor(await rig().finish(order, 'checkCertificateStatus'), order.keys);
    });
    expect(asked).toBeLessThanOrEqual(1);
  });

  it('goes on with the same order after a crash at anything that it keeps', async () => {
    for (let crashAt = 1; crashAt <= MOST_SAVES; crashAt++) {
      const order = await rig().order();
      const asked = await askedBy(async () => {
        if (!(await rig().crash(order, 'issueCertificateRequest', crashAt))) return;
        await rig().open();
        expectFor(await rig().finish(order, 'checkCertificateStatus'), order.keys);
      });
      expect(asked).toBeLessThanOrEqual(1);
      if (order.saves < crashAt) return;
    }
    expect.fail(`a plugin that saves more than ${MOST_SAVES} times for one order is none that saves only what it must`);
  });

  it('leads to a certificate after a crash before anything was kept', async () => {
    const order = await rig().order();
    const first = await rig().call(order, 'checkCertificateStatus');
    if (first.status === certificateStatus.CA_UNAVAILABLE_FOR_REQUEST) {
      expect(first.retryMethod).toBe('issueCertificateRequest');
    }
    expectFor(await rig().follow(order, first, 'checkCertificateStatus'), order.keys);
  });

  it('asks the CA at most once when nothing can be kept at first', async () => {
    const order = await rig().order();
    const asked = await askedBy(async () => {
      order.onSave = () => Promise.reject(new Error('the disk is full'));
      await rig().call(order, 'issueCertificateRequest');
      order.onSave = () => Promise.resolve();
      expectFor(await rig().issue(order), order.keys);
    });
    expect(asked).toBeLessThanOrEqual(1);
  });

  it('waits until what it keeps is kept', async () => {
    const order = await rig().order();
    const saving = Promise.withResolvers<undefined>();
    let saves = 0;
    order.onSave = () => {
      saves += 1;
      return saving.promise;
    };
    let settlements = 0;
    const call = rig()
      .call(order, 'issueCertificateRequest')
      .finally(() => (settlements += 1));
    await expect.poll(() => settlements + saves, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(settlements * saves).toBe(0);
    const before = await rig().asked();
    await new Promise(setImmediate);
    expect(await rig().asked()).toBe(before);
    saving.resolve(undefined);
    expectFor(await rig().follow(order, await call, 'issueCertificateRequest'), order.keys);
  });

  it('keeps little', async () => {
    const order = await rig().order();
    await rig().issue(order);
    for (const pluginMeta of order.kept) expect(JSON.stringify(pluginMeta).length).toBeLessThan(65_536);
  });

  it('leaves alone what an older or newer version has kept beside', async () => {
    const order = await rig().order();
    order.pluginMeta = { 'of another version': [null, { '🙂': 1 }] };
    expectFor(await rig().issue(order), order.keys);
  });

  it('answers one way or the other when what was kept is damaged', async () => {
    const order = await rig().order();
    await rig().issue(order);
    const damaged: TestOrder['pluginMeta'] = Object.fromEntries(Object.keys(order.pluginMeta).map((key) => [key, 17]));
    for (const method of ['issueCertificateRequest', 'checkCertificateStatus', 'cancelCertificateRequest'] as const) {
      order.pluginMeta = damaged;
      const result = await rig().call(order, method);
      if (result.status === GENERATED) expectFor(result, order.keys);
      else expect(result.statusMessage).not.toMatch(/undefined|is not a function|cannot read propert/i);
    }
  });

  it('does not mix up two orders that are checked in turn', async () => {
    const [one, two] = [await rig().order(), await rig().order()];
    await rig().call(one, 'issueCertificateRequest');
    const second = await rig().call(two, 'issueCertificateRequest');
    expectFor(await rig().finish(one, 'checkCertificateStatus'), one.keys);
    const last = isOpen(second) ? await rig().finish(two, 'checkCertificateStatus') : second;
    expectFor(last, two.keys);
  });
}
