import { certificateStatus } from '@volttron-ts/pki';
import type { CertificatePlugin, PluginOrder, PluginResult } from '@volttron-ts/pki';
import type { Clock } from '@volttron-ts/vip-core';

import type { CertificateAccess, CertificateGrant } from '../../../src/index.ts';
import type { TestCa } from '../office.ts';

/** What a client can ask the ledger's CA. */
export interface LedgerClient {
  issue(orderId: string, csr: string): Promise<unknown>;
  look(orderId: string): Promise<string | undefined>;
  readonly root: string;
}

/** A CA that outlives its clients, and writes down each certificate: an order that it is asked for twice gets two. */
export class Ledger implements LedgerClient {
  readonly root: string;
  readonly #issued = new Map<string, string[]>();
  readonly #ca: TestCa;

  constructor(ca: TestCa) {
    this.#ca = ca;
    this.root = ca.root;
  }

  issue(orderId: string, csr: string): Promise<unknown> {
    const certificate = this.#ca.issue(csr, 100, undefined, Date.now());
    this.#issued.set(orderId, [...(this.#issued.get(orderId) ?? []), certificate]);
    return Promise.resolve();
  }

  look(orderId: string): Promise<string | undefined> {
    return Promise.resolve(this.#issued.get(orderId)?.[0]);
  }

  count(orderId: string): number {
    return this.#issued.get(orderId)?.length ?? 0;
  }

  get orders(): readonly string[] {
    return [...this.#issued.keys()];
  }
}

/** Orders at a ledger, and fetches what was issued by a second call. */
export class LedgerPlugin implements CertificatePlugin {
  readonly #ledger: LedgerClient;

  constructor(ledger: LedgerClient) {
    this.#ledger = ledger;
  }

  supports(): boolean {
    return true;
  }

  async issueCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    order.pluginMeta['asked'] = true;
    await order.save();
    await this.#ledger.issue(order.orderId, order.orderMeta.csr);
    return { status: certificateStatus.WAITING_FOR_CA, retryMsec: 0 };
  }

  async checkCertificateStatus({ orderId }: PluginOrder): Promise<PluginResult> {
    const certificate = await this.#ledger.look(orderId);
    if (certificate !== undefined) {
      return { status: certificateStatus.CERTIFICATE_GENERATED, certificate, intermediates: this.#ledger.root };
    }
    const retry = { retryMsec: 0, retryMethod: 'issueCertificateRequest' } as const;
    return { status: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST, ...retry };
  }

  modifyCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.checkCertificateStatus(order);
  }

  cancelCertificateRequest(): Promise<PluginResult> {
    return Promise.resolve({ status: certificateStatus.REQUEST_CANCELED });
  }
}

export type Step = 'grant' | 'withdraw' | 'forget';

/** Tells of each step before it counts as done. */
export function toldGrant(tell: (step: Step, name: string) => void): CertificateGrant {
  const take =
    (step: Step) =>
    ({ name }: CertificateAccess): Promise<void> => {
      tell(step, name);
      return Promise.resolve();
    };
  return { check: () => Promise.resolve(), grant: take('grant'), withdraw: take('withdraw'), forget: take('forget') };
}

export const wallClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (milliseconds, callback) => {
    const timer = setTimeout(callback, milliseconds);
    return () => {
      clearTimeout(timer);
    };
  },
};
