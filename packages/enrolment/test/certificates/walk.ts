import { certificateStatus } from '@volttron-ts/pki';
import type { CertificateStatus, OrderMethod } from '@volttron-ts/pki';
import { expect } from 'vitest';

import { CertificateMachine } from '../../src/certificates/certificate-machine.ts';
import type {
  CertificateRequestRow,
  CertificateRows,
  RequestEventRow,
} from '../../src/certificates/certificate-rows.ts';
import type { CallOutcome, Effects, OpenedCall, OwedGrantStep } from '../../src/certificates/order-command.ts';
import { transitions } from './transitions.ts';

const NAMES = ['central.n.a', 'central.n.b', 'central.n.c', 'central.n.d'];
const KEYS = ['k1', 'k2', 'k3'];
const METHODS: readonly OrderMethod[] = [
  ...(['issueCertificateRequest', 'checkCertificateStatus'] as const),
  ...(['modifyCertificateRequest', 'cancelCertificateRequest'] as const),
];
const LIFE = 3_600_000_000;
const known: ReadonlySet<string> = new Set(transitions);
const limits = { pending: 3, perAddress: 2 };

/** mulberry32 */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Followed {
  /** Calls of issueCertificateRequest that somebody has answered for. */
  mayIssue: boolean;
  open: OpenedCall | undefined;
  /** µs */
  due: number | undefined;
  ended: boolean;
}

/** Walks the machine at random, and knows by rules of its own what must hold. */
export class Walk {
  readonly hits = new Map<string, number>();
  readonly #rows: CertificateRows;
  readonly #machine: CertificateMachine;
  readonly #transaction: (work: () => void) => void;
  readonly #random: () => number;
  readonly #states = new Map<string, string>();
  readonly #orders = new Map<string, Followed>();
  readonly #ids: string[] = [];
  #past: OpenedCall | undefined;
  #steps: OwedGrantStep[] = [];
  #seen = 0;
  #newId = 0;
  #now = 1_400_000_000_000_000;

  constructor(rows: CertificateRows, random: () => number, transaction: (work: () => void) => void) {
    this.#rows = rows;
    this.#machine = new CertificateMachine(rows, limits);
    this.#random = random;
    this.#transaction = transaction;
  }

  run(steps: number): void {
    for (let n = 0; n < steps; n++) {
      this.#now += Math.floor(this.#random() * 1_000_000);
      this.#transaction(() => {
        this.#step();
      });
      this.#checkEvents();
      this.#checkNames();
    }
    expect(this.#machine.verifyTrail()).toMatchObject({ intact: true });
  }

  #step(): void {
    const roll = this.#random();
    if (roll < 0.2) this.#submit();
    else if (roll < 0.24) this.#own();
    else if (roll < 0.4) this.#verdict();
    else if (roll < 0.75) this.#settle();
    else if (roll < 0.9) this.#claim();
    else if (roll < 0.96) this.#settleSteps();
    else if (roll < 0.98) this.#late();
    else if (roll < 0.985) this.#restart();
    else if (roll < 0.99) this.#now += LIFE;
    else this.#save();
  }

  #submit(): void {
    const [name, fingerprint, auto] = [this.#any(NAMES), this.#any(KEYS), this.#random() < 0.3];
    const { outcome, effects } = this.#machine.submit({
      ...{ id: this.#id(), orderId: this.#id(), name, fingerprint, csr: `csr of ${fingerprint}`, at: this.#now },
      address: this.#any(['10.0.0.1', '10.0.0.2']),
      plugin: auto ? 'p' : undefined,
    });
    this.#hit(`submit: ${outcome.kind === 'answer' ? outcome.answer.kind : outcome.kind}`);
    this.#follow(effects);
  }

  #own(): void {
    const { outcome, effects } = this.#machine.order({
      ...{ id: this.#id(), orderId: this.#id(), name: this.#any(NAMES), fingerprint: 'own', csr: 'csr', plugin: 'p' },
      ...{ privateKey: 'key', orderMeta: '{"csr":"csr","profile":"server"}', at: this.#now, by: 'admin', from: 'here' },
    });
    this.#hit(`order: ${outcome.kind}`);
    this.#follow(effects);
  }

  #verdict(): void {
    const idOrName = this.#random() < 0.8 ? this.#any(NAMES) : (this.#one(this.#ids) ?? 'nobody');
    const verdict = { idOrName, by: 'admin', from: 'page', at: this.#now, id: this.#id() };
    const what = this.#any(['approve', 'approve', 'deny', 'remove', 'cancel', 'modify'] as const);
    const more = { orderId: this.#id(), plugin: 'p', orderMeta: '{"note":1}' };
    const { outcome, effects } = this.#machine[what]({ ...verdict, ...more });
    this.#hit(`${what}: ${outcome.kind}`);
    this.#follow(effects);
  }

  #settle(): void {
    const open = [...this.#orders.values()].flatMap(({ open: call }) => call ?? []);
    const call = this.#one(open);
    if (call === undefined) return;
    const outcome = this.#outcome();
    const followed = this.#orders.get(call.orderId)!;
    followed.open = undefined;
    this.#past = call;
    const name = outcome.kind === 'answered' ? outcome.status : outcome.kind;
    this.#hit(`${call.method}: ${name}`);
    this.#allowIssue(followed, call.method, outcome);
    const result = this.#machine.settle({ ...this.#result(call), outcome });
    if (result.outcome?.ended !== undefined) followed.ended = true;
    const pause = outcome.kind === 'answered' ? (outcome.retryMsec ?? 3_600_000) : 0;
    for (const { orderId, delay } of result.effects.planned) {
      if (orderId === call.orderId) expect(delay, `pause after ${name}`).toBeGreaterThanOrEqual(pause);
    }
    this.#follow(result.effects);
  }

  /** Only the plugin's own word, or a call that never began, lets a CA be asked again. */
  #allowIssue(followed: Followed, method: OrderMethod, outcome: CallOutcome): void {
    const issue: OrderMethod = 'issueCertificateRequest';
    if (outcome.kind === 'absent' && method === issue) followed.mayIssue = true;
    if (outcome.kind !== 'answered') return;
    const next = outcome.retryMethod ?? (outcome.status === 'CA unavailable for request' ? method : undefined);
    if (next === issue) followed.mayIssue = true;
  }

  #outcome(): CallOutcome {
    const roll = this.#random();
    if (roll < 0.1) return { kind: 'interrupted', message: 'gone' };
    if (roll < 0.15) return { kind: 'absent', message: 'not there' };
    if (roll < 0.2) return { kind: 'failed', message: 'thrown', pluginMeta: '{"a":1}' };
    const status = this.#any<CertificateStatus>(Object.values(certificateStatus));
    const retryMethod = this.#random() < 0.2 ? this.#any(METHODS) : undefined;
    const retryMsec = this.#random() < 0.8 ? Math.floor(this.#random() * 5000) : undefined;
    const answered = { kind: 'answered', status, message: null, pluginMeta: null } as const;
    if (status !== 'certificate generated') return { ...answered, retryMethod, retryMsec };
    const [notBefore, notAfter] = [this.#now, this.#now + LIFE];
    const certificate = { certificate: 'cert', intermediates: '', serialNumber: 'ab', notBefore, notAfter };
    return { ...answered, certificate };
  }

  /** As the engine does: an order's next call when its pause is over. */
  #claim(): void {
    const waiting = [...this.#orders].filter(([, { due }]) => due !== undefined);
    const next = this.#one(waiting);
    if (next === undefined) return;
    const [orderId, followed] = next;
    this.#now = Math.max(this.#now, followed.due ?? 0);
    followed.due = undefined;
    this.#hit('claimed');
    this.#follow(this.#machine.claim(orderId).effects);
  }

  #settleSteps(): void {
    const steps = this.#steps.map(({ requestId, seq }) => ({ requestId, seq }));
    this.#steps = [];
    const problem = this.#random() < 0.2 ? { problem: 'not now' } : {};
    this.#machine.settleSteps(steps.map((step) => ({ ...step, ...problem })));
    if ('problem' in problem) this.#steps = this.#machine.owed();
    this.#hit('problem' in problem ? 'step failed' : 'steps done');
  }

  /** The result of a call that was given up already changes nothing. */
  #late(): void {
    const call = this.#past;
    if (call === undefined) return;
    const { effects, outcome } = this.#machine.settle({ ...this.#result(call), outcome: this.#outcome() });
    expect([outcome, effects.calls, effects.planned]).toEqual([undefined, [], []]);
    this.#hit('late result');
  }

  #restart(): void {
    for (const followed of this.#orders.values()) {
      if (followed.open !== undefined) this.#past = followed.open;
      [followed.open, followed.due] = [undefined, undefined];
    }
    this.#hit('restart');
    this.#steps = [];
    this.#follow(this.#machine.recover(this.#now).effects);
  }

  #save(): void {
    const call = this.#one([...this.#orders.values()].flatMap(({ open }) => open ?? []));
    if (call === undefined) return;
    this.#machine.save({ orderId: call.orderId, callNumber: call.callNumber, pluginMeta: '{"saved":1}' });
    expect(this.#rows.order(call.orderId)).toMatchObject({ plugin_meta: '{"saved":1}', call: call.method });
    this.#hit('saved');
  }

  #result(call: OpenedCall) {
    const { orderId, callNumber } = call;
    return { orderId, callNumber, at: this.#now, random: this.#random(), containerId: this.#id() };
  }

  #follow({ calls, planned, steps }: Effects): void {
    for (const call of calls) {
      const followed = this.#orders.get(call.orderId) ?? {
        ...{ mayIssue: true, open: undefined, due: undefined, ended: false },
      };
      this.#orders.set(call.orderId, followed);
      expect(followed, 'one call of an order at a time, none after its end').toMatchObject({
        ...{ open: undefined, ended: false },
      });
      if (call.method === 'issueCertificateRequest') {
        expect(followed.mayIssue, 'no CA is asked twice').toBe(true);
        followed.mayIssue = false;
      }
      [followed.open, followed.due] = [call, undefined];
    }
    for (const { orderId, delay } of planned) {
      const followed = this.#orders.get(orderId)!;
      expect(followed.open).toBeUndefined();
      followed.due = this.#now + delay * 1000;
    }
    this.#steps.push(...steps);
  }

  #checkEvents(): void {
    const count = this.#rows.eventCount();
    if (count === this.#seen) return;
    const fresh: RequestEventRow[] = [];
    for (let seq = this.#seen + 1; seq <= count; seq++) fresh.push(this.#event(seq));
    this.#seen = count;
    for (const { request_id: id, action, from_state: from, to_state: to, detail } of fresh) {
      const step = `${action} ${from}>${to}`;
      if (!known.has(step)) throw new Error(`illegal: ${step}`);
      const { supersedes } = JSON.parse(detail) as { supersedes?: string };
      const before = this.#states.get(supersedes ?? id) ?? 'unknown';
      if (before !== from) throw new Error(`${step}: it was ${before}`);
      if (!this.#states.has(id)) this.#ids.push(id);
      this.#states.set(id, to);
      this.#hit(step);
    }
  }

  #event(seq: number): RequestEventRow {
    const last = this.#rows.lastEvent()!;
    if (last.seq === seq) return last;
    for (const event of this.#rows.events()) if (event.seq === seq) return event;
    throw new Error(`event ${seq} is missing`);
  }

  #checkNames(): void {
    const current = this.#rows.requests({});
    if (new Set(current.map(({ name }) => name)).size !== current.length) throw new Error('two requests of a name');
    for (const name of NAMES) {
      const row = current.find((one) => one.name === name);
      this.#checkValid(name, row);
      if (row !== undefined) this.#checkRequest(row);
    }
    const pending = current.filter(({ status }) => status === 'pending');
    if (pending.length > limits.pending) throw new Error('too many wait');
  }

  #checkValid(name: string, row: CertificateRequestRow | undefined): void {
    const valid = this.#rows.valid(name);
    if (valid.length > 1) throw new Error('two valid certificates of a name');
    const isRenewed = row?.supersedes != null && row.status !== 'denied';
    if (valid.length === 1 && row?.status !== 'issued' && !isRenewed) {
      throw new Error(`a valid certificate of a name that is ${row?.status ?? 'unknown'}`);
    }
  }

  #checkRequest({ id, status, order_id: orderId }: CertificateRequestRow): void {
    if (this.#states.get(id) !== status) throw new Error(`${status} is not what the trail says`);
    const order = orderId === null ? undefined : this.#rows.order(orderId);
    if ((status === 'approved') !== (order?.status === 'PENDING')) throw new Error('order and request differ');
    const certificate = order && this.#rows.certificateOf(order.id);
    if ((status === 'issued') !== (certificate !== undefined)) throw new Error('certificate and request differ');
  }

  #hit(what: string): void {
    this.hits.set(what, (this.hits.get(what) ?? 0) + 1);
  }

  #id(): string {
    return `id-${++this.#newId}`;
  }

  #any<T>(of: readonly T[]): T {
    return this.#one(of)!;
  }

  /** Undefined of none. */
  #one<T>(of: readonly T[]): T | undefined {
    return of[Math.floor(this.#random() * of.length)];
  }
}
