import { certificateStatus } from '@volttron-ts/pki';
import type { OrderMethod, PluginResult } from '@volttron-ts/pki';
import { describe, expect, it } from 'vitest';

import { ADDRESS, newRequest, Office, operator } from './office.ts';

/** How each method comes to be called, and what the seed says of its result. */
const methods = {
  issueCertificateRequest: {
    says: 'which Barbican core uses to determine subsequent order processing based on its status field',
    reach: (office: Office, name: string) => office.certificates.approve(name, operator),
  },
  checkCertificateStatus: {
    says: "The result's status is processed similarly to the issue_certificate_request() method",
    reach: async (office: Office, name: string) => {
      await waitForCa(office, name, 100);
      office.clock.step(100);
    },
  },
  modifyCertificateRequest: {
    says: "The result's status is processed similarly to the issue_certificate_request() method",
    reach: async (office: Office, name: string) => {
      await waitForCa(office, name, 3_600_000);
      await office.certificates.modify(name, { purpose: 'new' }, operator);
    },
  },
  cancelCertificateRequest: {
    says: "Otherwise the result's status is processed similarly to the issue_certificate_request() method",
    reach: async (office: Office, name: string) => {
      await waitForCa(office, name, 3_600_000);
      await office.certificates.cancel(name, operator);
    },
  },
} as const satisfies Record<OrderMethod, { says: string; reach: (office: Office, name: string) => Promise<unknown> }>;

async function waitForCa(office: Office, name: string, retryMsec: number): Promise<void> {
  office.plugin.will('issueCertificateRequest', { status: certificateStatus.WAITING_FOR_CA, retryMsec });
  await office.certificates.approve(name, operator);
}

interface Case {
  readonly says: string;
  readonly answer: PluginResult;
  readonly follows: (office: Office, name: string, method: OrderMethod) => Promise<void>;
}

const RETRY = 7000;
const message = 'what the CA said';

const statuses: Record<keyof typeof certificateStatus, Case> = {
  WAITING_FOR_CA: {
    says: "Barbican core will invoke the check_certificate_status method after the delay specified in the result's retry_msec field",
    answer: { status: certificateStatus.WAITING_FOR_CA, statusMessage: message, retryMsec: RETRY },
    follows: (office, name) => staysPending(office, name, 'waiting for CA', 'checkCertificateStatus'),
  },
  CERTIFICATE_GENERATED: {
    says: 'Barbican core expects that this order is completed and sets its status to ACTIVE',
    answer: { status: certificateStatus.CERTIFICATE_GENERATED, statusMessage: message },
    follows: async (office, name) => {
      await ends(office, name, { status: 'ACTIVE', subStatus: 'certificate generated', subStatusMessage: message });
      const request = await office.certificates.find(name);
      expect(request).toMatchObject({ status: 'issued', certificate: { state: 'valid' } });
      const { container = '', certificate } = request?.certificate ?? {};
      expect(await office.certificates.container(container)).toMatchObject({
        certificate,
        intermediates: office.ca.root,
      });
    },
  },
  CA_UNAVAILABLE_FOR_REQUEST: {
    says: "Barbican core will invoke the same method after the delay specified in the result's retry_msec field",
    answer: { status: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST, statusMessage: message, retryMsec: RETRY },
    follows: (office, name, method) => staysPending(office, name, 'CA unavailable for request', method),
  },
  CLIENT_DATA_ISSUE_SEEN: {
    says: "Barbican will keep the order in the PENDING state, and update the order's sub_status and sub_status_message",
    answer: { status: certificateStatus.CLIENT_DATA_ISSUE_SEEN, statusMessage: message, retryMsec: RETRY },
    follows: (office, name) => staysPending(office, name, 'client data issue seen', 'checkCertificateStatus'),
  },
  REQUEST_CANCELED: {
    says: 'Barbican core expects that this order is completed and sets its status to ACTIVE. It also updates the sub_status',
    answer: { status: certificateStatus.REQUEST_CANCELED, statusMessage: message },
    follows: async (office, name) => {
      await ends(office, name, { status: 'ACTIVE', subStatus: 'request canceled', subStatusMessage: message });
      expect(await office.certificates.find(name)).toMatchObject({ status: 'canceled' });
    },
  },
  INVALID_OPERATION: {
    says: "Barbican core considers this a failed order and sets the order's status to ERROR",
    answer: { status: certificateStatus.INVALID_OPERATION, statusMessage: message },
    follows: async (office, name) => {
      await ends(office, name, { status: 'ERROR', subStatus: 'invalid operation', subStatusMessage: message });
      expect(await office.certificates.find(name)).toMatchObject({ status: 'failed' });
    },
  },
};

/** Two round trips: whatever was due has reached the plugin. */
async function quiet(office: Office, name: string): Promise<void> {
  await office.certificates.find(name);
  await office.certificates.find(name);
}

async function staysPending(office: Office, name: string, subStatus: string, next: OrderMethod): Promise<void> {
  await expect
    .poll(async () => (await office.certificates.find(name))?.order)
    .toMatchObject({ status: 'PENDING', subStatus, subStatusMessage: message });
  expect(await office.certificates.find(name)).toMatchObject({ status: 'approved' });
  const before = office.plugin.calls.length;
  office.clock.step(RETRY - 1);
  await quiet(office, name);
  expect(office.plugin.calls).toHaveLength(before);
  office.clock.step(1);
  await expect.poll(() => office.plugin.methods.slice(before)).toEqual([next]);
}

async function ends(office: Office, name: string, order: object): Promise<void> {
  await expect.poll(async () => (await office.certificates.find(name))?.order).toMatchObject(order);
  const before = office.plugin.calls.length;
  office.clock.step(10 * 3_600_000);
  await quiet(office, name);
  expect(office.plugin.calls).toHaveLength(before);
}

async function asked(): Promise<{ office: Office; name: string }> {
  const office = await Office.open();
  const { csr, name } = await newRequest();
  await office.certificates.submit({ csr, address: ADDRESS });
  return { office, name };
}

for (const [method, { says, reach }] of Object.entries(methods) as [OrderMethod, (typeof methods)[OrderMethod]][]) {
  describe(`${method}: "${says}"`, () => {
    for (const [status, { says: sentence, answer, follows }] of Object.entries(statuses)) {
      it(`${status}: "${sentence}"`, async () => {
        const { office, name } = await asked();
        office.plugin.will(method, answer);
        await reach(office, name);
        await expect.poll(() => office.plugin.methods).toContain(method);
        await follows(office, name, method);
      });
    }

    it('"(or else the plugin raises an exception) then Barbican core considers this a failed order"', async () => {
      const { office, name } = await asked();
      office.plugin.will(method, new Error('the CA hung up'));
      await reach(office, name);
      await ends(office, name, {
        ...{ status: 'ERROR', subStatus: 'invalid operation', subStatusMessage: 'the CA hung up' },
      });
    });

    it('the plugin may name another method than the one that its status calls for', async () => {
      const { office, name } = await asked();
      const status = certificateStatus.CA_UNAVAILABLE_FOR_REQUEST;
      office.plugin.will(method, { status, retryMsec: RETRY, retryMethod: 'issueCertificateRequest' });
      await reach(office, name);
      await expect.poll(async () => (await office.certificates.find(name))?.order?.subStatus).toBe(status);
      const before = office.plugin.calls.length;
      office.clock.step(RETRY - 1);
      await quiet(office, name);
      expect(office.plugin.calls).toHaveLength(before);
      office.clock.step(1);
      await expect.poll(() => office.plugin.methods.slice(before)).toEqual(['issueCertificateRequest']);
    });
  });
}

describe('what is handed to the plugin', () => {
  it('"An empty dictionary is passed in for the plugin_meta parameter", "and then provides this data back"', async () => {
    const { office, name } = await asked();
    const seen: unknown[] = [];
    const big = 'x'.repeat(1_000_000);
    office.plugin.will('issueCertificateRequest', (order) => {
      seen.push(structuredClone(order.pluginMeta));
      Object.assign(order.pluginMeta, { caOrder: { id: 17, notes: [null, 1.5, big] } });
      return { status: certificateStatus.WAITING_FOR_CA, retryMsec: RETRY };
    });
    office.plugin.will('checkCertificateStatus', (order) => {
      seen.push(structuredClone(order.pluginMeta));
      return { status: certificateStatus.CERTIFICATE_GENERATED };
    });
    await office.certificates.approve(name, operator);
    await office.stop();
    await office.start();
    office.clock.step(RETRY);
    await expect.poll(async () => (await office.certificates.find(name))?.status).toBe('issued');
    expect(seen).toEqual([{}, { caOrder: { id: 17, notes: [null, 1.5, big] } }]);
  });

  it('"invoked if clients provide updates to the order metadata": the new values, merged', async () => {
    const { office, name } = await asked();
    const seen: unknown[] = [];
    office.plugin.will('modifyCertificateRequest', (order) => {
      seen.push(order.orderMeta);
      return { status: certificateStatus.WAITING_FOR_CA };
    });
    await waitForCa(office, name, RETRY);
    await office.certificates.modify(name, { contact: { email: 'a@example.org' } }, operator);
    expect(seen).toMatchObject([{ profile: 'client', contact: { email: 'a@example.org' } }]);
  });

  it('what it keeps before it throws stays kept', async () => {
    const { office, name } = await asked();
    const seen: unknown[] = [];
    office.plugin.will('issueCertificateRequest', async (order) => {
      order.pluginMeta['reference'] = 'abc';
      await order.save();
      return { status: certificateStatus.WAITING_FOR_CA, retryMsec: RETRY };
    });
    office.plugin.will('checkCertificateStatus', (order) => {
      seen.push({ ...order.pluginMeta });
      return { status: certificateStatus.WAITING_FOR_CA };
    });
    await office.certificates.approve(name, operator);
    office.clock.step(RETRY);
    await expect.poll(() => seen).toEqual([{ reference: 'abc' }]);
  });
});
