import { cp } from 'node:fs/promises';

import { openDatabase } from '@volttron-ts/storage';
import { expect } from 'vitest';

import { verifyTrail } from '../../../src/certificates/audit-trail.ts';
import type { CertificateRows } from '../../../src/certificates/certificate-rows.ts';
import { SqliteRows } from '../../../src/certificates/sqlite-rows.ts';
import { InProcessPlugins, openEnrolment } from '../../../src/index.ts';
import type { CertificateEnrolment, EnrolmentWithCertificates } from '../../../src/index.ts';
import { migrations } from '../../../src/migrations.ts';
import { scratchFolder } from '../../scratch.ts';
import { transitions } from '../transitions.ts';
import { address, databaseOf, decision, keyGrant } from './child.ts';
import { LedgerPlugin, toldGrant, wallClock } from './ledger.ts';
import type { Ledger, Step } from './ledger.ts';
import type { Head, Told } from './link.ts';

const PATIENCE = { timeout: 30_000, interval: 10 };

interface Promised {
  readonly told: 'submitted' | 'approved' | 'issued' | 'denied';
  readonly serialNumber?: string;
}

/** What a folder owes after crashes: everything that any of its processes has acknowledged. */
export class Aftermath {
  readonly #home: string;
  readonly #ledger: Ledger;
  /** By name. */
  readonly #requests: ReadonlyMap<string, string>;
  readonly #promised = new Map<string, Promised>();
  readonly #access = new Map<string, Step>();
  #head: Head = { seq: 0, hash: '0'.repeat(64) };

  /** @param requests PEM, by name */
  constructor(home: string, ledger: Ledger, requests: ReadonlyMap<string, string>) {
    this.#home = home;
    this.#ledger = ledger;
    this.#requests = requests;
  }

  note(told: readonly Told[]): void {
    for (const one of told) {
      if (one.told === 'step') this.#access.set(one.name, one.step);
      else if ('head' in one) {
        this.#promised.set(one.name, one);
        if (one.head.seq > this.#head.seq) this.#head = one.head;
      }
    }
  }

  /** Where each request stood when the process ended, read from a copy of its database. */
  async survey(): Promise<string[]> {
    const copy = await scratchFolder();
    for (const end of ['', '-wal']) {
      await cp(`${databaseOf(this.#home)}${end}`, `${databaseOf(copy)}${end}`).catch((error: unknown) => {
        if (!end.startsWith('-wal')) throw error;
      });
    }
    using database = openDatabase(databaseOf(copy), { durability: 'kill-safe', migrations });
    const rows = new SqliteRows(database);
    expect(verifyTrail(rows, this.#head)).toMatchObject({ intact: true });
    return [...this.#requests.keys()].map((name) => this.#stateOf(rows, name));
  }

  /** Opens the folder again, waits for what is under way, and sees to it that every promise was kept. */
  async recover(finish: (certificates: CertificateEnrolment) => Promise<void>): Promise<void> {
    const enrolment = await this.#open();
    try {
      const { certificates } = enrolment;
      await expect.poll(() => certificates.list({ status: 'approved' }), PATIENCE).toEqual([]);
      for (const [name, promised] of this.#promised) await this.#checkPromise(certificates, name, promised);
      await finish(certificates);
      for (const name of this.#requests.keys()) await this.#checkAnswer(certificates, name);
      expect(await certificates.verifyTrail(this.#head)).toMatchObject({ intact: true });
    } finally {
      await enrolment.close();
    }
    this.#checkRows();
  }

  /** Takes a request through everything that is still to come. */
  async finish(certificates: CertificateEnrolment, name: string): Promise<void> {
    const csr = this.#requests.get(name) ?? '';
    const { kind } = await certificates.submit({ csr, address });
    if (kind === 'denied') return;
    await certificates.approve(name, decision);
    await expect.poll(() => certificates.submit({ csr, address }), PATIENCE).toMatchObject({ kind: 'approved' });
    expect(this.#access.get(name)).toBe('grant');
  }

  #open(): Promise<EnrolmentWithCertificates> {
    const fail = (line: string): never => {
      throw new Error(line);
    };
    const grant = toldGrant((step, name) => this.#access.set(name, step));
    return openEnrolment({
      ...{ path: databaseOf(this.#home), grant: keyGrant, clock: wallClock },
      log: { debug: () => undefined, info: () => undefined, warn: fail, error: fail },
      limits: { pending: 10_000, perAddress: 10_000 },
      certificates: {
        ...{ instanceName: 'central', grant },
        plugins: new InProcessPlugins({ ledger: new LedgerPlugin(this.#ledger) }),
      },
    });
  }

  async #checkPromise(certificates: CertificateEnrolment, name: string, promised: Promised): Promise<void> {
    const request = await certificates.find(name);
    const later = { submitted: ['pending', 'issued', 'denied'], approved: ['issued', 'denied'] };
    const kept = { ...later, issued: ['issued', 'denied'], denied: ['denied'] }[promised.told];
    expect(kept, `${name} was ${promised.told}`).toContain(request?.status);
    if (promised.serialNumber !== undefined && request?.status === 'issued') {
      expect(request.certificate).toMatchObject({ serialNumber: promised.serialNumber, state: 'valid' });
    }
  }

  /** The end of a request: what its client is told, and what it may. */
  async #checkAnswer(certificates: CertificateEnrolment, name: string): Promise<void> {
    const csr = this.#requests.get(name) ?? '';
    const status = (await certificates.find(name))?.status;
    if (status === 'issued') {
      const answer = await certificates.submit({ csr, address });
      expect(answer).toMatchObject({ kind: 'approved', intermediates: this.#ledger.root });
      expect(this.#access.get(name)).toBe('grant');
    } else if (status === 'denied') {
      expect(await certificates.submit({ csr, address })).toMatchObject({ kind: 'denied' });
      await expect.poll(() => this.#access.get(name), PATIENCE).toBe('withdraw');
    } else expect([name, status]).toEqual([name, 'pending']);
  }

  /** One certificate per order, and none that the CA has issued is unknown; every step of a request a legal one. */
  #checkRows(): void {
    using database = openDatabase(databaseOf(this.#home), { durability: 'kill-safe', migrations });
    const rows = new SqliteRows(database);
    expect(rows.openOrders()).toEqual([]);
    const states = new Map<string, string>();
    for (const { action, from_state: from, to_state: to, request_id: id, detail } of rows.events()) {
      const { supersedes } = JSON.parse(detail) as { supersedes?: string };
      expect(transitions).toContain(`${action} ${from}>${to}`);
      expect(states.get(supersedes ?? id) ?? 'unknown').toBe(from);
      states.set(id, to);
    }
    for (const name of this.#requests.keys()) {
      const request = rows.current(name);
      if (request === undefined) continue;
      expect(states.get(request.id)).toBe(request.status);
      for (let one: typeof request | undefined = request; one !== undefined;) {
        this.#checkOrder(rows, one.order_id, one.status);
        one = one.supersedes === null ? undefined : rows.request(one.supersedes);
      }
    }
  }

  #checkOrder(rows: CertificateRows, id: string | null, status: string): void {
    if (id === null) return;
    expect(rows.order(id)).toMatchObject({ status: 'ACTIVE' });
    if (status === 'issued') expect(this.#ledger.count(id), `certificates of the order ${id}`).toBe(1);
    else expect(this.#ledger.count(id)).toBeLessThanOrEqual(1);
    if (status !== 'issued') expect(rows.certificateOf(id)).toBeUndefined();
  }

  #stateOf(rows: CertificateRows, name: string): string {
    const request = rows.current(name);
    if (request === undefined) return 'unknown';
    const { status, step } = request;
    if (status === 'approved') return this.#underWay(rows, request.order_id ?? '');
    const before = status === 'denied' && request.supersedes !== null ? rows.request(request.supersedes) : undefined;
    const order = before?.order_id == null ? undefined : rows.order(before.order_id);
    if (order?.status === 'PENDING') return 'denied while its order is under way';
    return step === null ? status : `${status}, ${step} owed`;
  }

  #underWay(rows: CertificateRows, orderId: string): string {
    const call = rows.order(orderId)?.call;
    if (call === 'checkCertificateStatus') return 'approved, its certificate being fetched';
    if (call == null) return 'approved, waiting for the CA';
    return `approved, being ordered, CA has ${this.#ledger.count(orderId) === 0 ? 'not ' : ''}issued`;
  }
}

/** Prints how often each state was hit; none may be missing, and none be there that nobody knows. */
export function report(title: string, known: readonly string[], hit: readonly string[]): void {
  const sums = new Map(known.map((state) => [state, hit.filter((one) => one === state).length]));
  console.log([title, ...[...sums].map(([state, n]) => `${String(n).padStart(6)} ${state}`)].join('\n'));
  expect([...sums].filter(([, n]) => n === 0)).toEqual([]);
  expect(hit.filter((state) => !known.includes(state))).toEqual([]);
}
