import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';

import {
  certificateStatus,
  createRootCertificate,
  createSigningRequest,
  generateKeyPair,
  issueCertificate,
  readSigningRequest,
} from '@volttron-ts/pki';
import type { Authority, CertificatePlugin, OrderMethod, PluginOrder, PluginResult } from '@volttron-ts/pki';
import type { Logger } from '@volttron-ts/vip-core';
import { SteppedClock } from '@volttron-ts/vip-core/testing';
import { onTestFinished } from 'vitest';

import { InProcessPlugins, openEnrolment } from '../../src/index.ts';
import type { CertificateAccess, CertificateEnrolment, CertificateGrant, Limits } from '../../src/index.ts';
import type { EnrolmentWithCertificates, PluginRunner } from '../../src/index.ts';
import { scratchFolder } from '../scratch.ts';

export const INSTANCE = 'central';
export const operator = { by: 'admin', from: '192.0.2.7', why: 'new meter' };
export const ADDRESS = '10.0.0.5';

/** Any time a stepped clock stands at lies within. */
const validity = { notBefore: new Date('2010-01-01T00:00:00Z'), notAfter: new Date('2045-01-01T00:00:00Z') };

export class TestCa {
  readonly authority: Authority;

  private constructor(authority: Authority) {
    this.authority = authority;
  }

  static async create(): Promise<TestCa> {
    const { privateKey } = await generateKeyPair('P-256');
    const subject = { commonName: `${INSTANCE}-root-ca` };
    const clock = { now: () => Date.UTC(2014, 9, 1) };
    return new TestCa({ certificate: createRootCertificate({ subject, privateKey, validity, clock }), privateKey });
  }

  /** A certificate for a request, or for another key than its own. */
  issue(csr: string, days = 100, publicKey?: KeyObject, now = Date.UTC(2014, 9, 13)): string {
    const request = readSigningRequest(csr);
    return issueCertificate({
      issuer: this.authority,
      profile: 'client',
      publicKey: publicKey ?? request.publicKey,
      subject: { commonName: request.subject.commonName },
      dnsNames: [],
      ipAddresses: [],
      validity: { days },
      clock: { now: () => now },
    }).pem;
  }

  get root(): string {
    return this.authority.certificate.pem;
  }
}

type Answer = Partial<PluginResult> | Error | ((order: PluginOrder) => unknown);

/** Answers as told; what nobody told it about is issued. */
export class ScriptedPlugin implements CertificatePlugin {
  readonly calls: { method: OrderMethod; at: number; orderId: string }[] = [];
  readonly #answers: Record<OrderMethod, Answer[]> = {
    ...{ issueCertificateRequest: [], checkCertificateStatus: [] },
    ...{ modifyCertificateRequest: [], cancelCertificateRequest: [] },
  };
  readonly #ca: TestCa;
  readonly #clock: { now(): number };
  supported = true;

  constructor(ca: TestCa, clock: { now(): number }) {
    this.#ca = ca;
    this.#clock = clock;
  }

  /** The next answers of a method, one after another. */
  will(method: OrderMethod, ...answers: Answer[]): this {
    this.#answers[method].push(...answers);
    return this;
  }

  get methods(): OrderMethod[] {
    return this.calls.map(({ method }) => method);
  }

  supports(): boolean {
    return this.supported;
  }

  issueCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.#answer('issueCertificateRequest', order);
  }

  checkCertificateStatus(order: PluginOrder): Promise<PluginResult> {
    return this.#answer('checkCertificateStatus', order);
  }

  modifyCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.#answer('modifyCertificateRequest', order);
  }

  cancelCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.#answer('cancelCertificateRequest', order);
  }

  generated(csr: string): PluginResult {
    return {
      status: certificateStatus.CERTIFICATE_GENERATED,
      certificate: this.#ca.issue(csr, 100, undefined, this.#clock.now()),
      intermediates: this.#ca.root,
    };
  }

  async #answer(method: OrderMethod, order: PluginOrder): Promise<PluginResult> {
    this.calls.push({ method, at: this.#clock.now(), orderId: order.orderId });
    const told = this.#answers[method].shift();
    if (told === undefined) return this.generated(order.orderMeta.csr);
    if (told instanceof Error) throw told;
    const result = (await (typeof told === 'function' ? told(order) : told)) as PluginResult;
    const isBare = result.status === certificateStatus.CERTIFICATE_GENERATED && result.certificate === undefined;
    return isBare ? { ...this.generated(order.orderMeta.csr), ...result } : result;
  }
}

export class RecordedGrant implements CertificateGrant {
  readonly steps: (CertificateAccess & { step: string })[] = [];
  /** Steps fail while this is set; all of them, unless `faulty` names some. */
  fault: Error | undefined;
  faulty: readonly string[] = ['grant', 'withdraw', 'forget'];
  refused: Error | undefined;

  async check(): Promise<void> {
    await Promise.resolve();
    if (this.refused !== undefined) throw this.refused;
  }

  grant(access: CertificateAccess): Promise<void> {
    return this.#take('grant', access);
  }

  withdraw(access: CertificateAccess): Promise<void> {
    return this.#take('withdraw', access);
  }

  forget(access: CertificateAccess): Promise<void> {
    return this.#take('forget', access);
  }

  get taken(): string[] {
    return this.steps.map(({ step }) => step);
  }

  async #take(step: string, access: CertificateAccess): Promise<void> {
    await Promise.resolve();
    if (this.fault !== undefined && this.faulty.includes(step)) throw this.fault;
    this.steps.push({ step, ...access });
  }
}

export interface Key {
  readonly name: string;
  readonly csr: string;
  readonly privateKey: KeyObject;
}

export async function newRequest(identity = 'agent.a', instance = 'node'): Promise<Key> {
  const { privateKey } = await generateKeyPair('P-256');
  return requestOf(`${INSTANCE}.${instance}.${identity}`, privateKey);
}

export function requestOf(name: string, privateKey: KeyObject, dnsNames: readonly string[] = []): Key {
  const { pem } = createSigningRequest({ subject: { commonName: name }, privateKey, dnsNames });
  return { name, csr: pem, privateKey };
}

export const publicKeyOf = (key: Key): KeyObject => createPublicKey(key.privateKey);

interface OfficeOptions {
  readonly home?: string;
  readonly limits?: Limits;
  readonly runner?: PluginRunner;
}

/** Certificate enrolment with a real database, a scripted CA, and a stepped clock. */
export class Office {
  readonly home: string;
  readonly ca: TestCa;
  readonly clock = new SteppedClock();
  readonly plugin: ScriptedPlugin;
  readonly grant = new RecordedGrant();
  readonly errors: string[] = [];
  runner: PluginRunner;
  readonly #limits: Limits | undefined;
  #enrolment: EnrolmentWithCertificates | undefined;

  private constructor(home: string, ca: TestCa, options: OfficeOptions) {
    this.home = home;
    this.ca = ca;
    this.plugin = new ScriptedPlugin(ca, this.clock);
    this.runner = options.runner ?? new InProcessPlugins({ scripted: this.plugin });
    this.#limits = options.limits;
  }

  static async open(options: OfficeOptions = {}): Promise<Office> {
    const office = new Office(options.home ?? (await scratchFolder()), await TestCa.create(), options);
    await office.start();
    onTestFinished(() => office.stop());
    return office;
  }

  get path(): string {
    return join(this.home, 'enrolment.sqlite');
  }

  async start(): Promise<void> {
    const keys = { check: nothing, grant: nothing, withdraw: nothing, forget: nothing };
    this.#enrolment = await openEnrolment({
      ...{ path: this.path, grant: keys, clock: this.clock, log: this.#log() },
      certificates: { instanceName: INSTANCE, plugins: this.runner, grant: this.grant, random: () => 0.5 },
      ...(this.#limits === undefined ? {} : { limits: this.#limits }),
    });
  }

  async stop(): Promise<void> {
    await this.#enrolment?.close();
    this.#enrolment = undefined;
  }

  get certificates(): CertificateEnrolment {
    if (this.#enrolment === undefined) throw new Error('the office is closed');
    return this.#enrolment.certificates;
  }

  #log(): Logger {
    const quiet = () => undefined;
    return { debug: quiet, info: quiet, warn: quiet, error: (line) => this.errors.push(line) };
  }
}

const nothing = (): Promise<void> => Promise.resolve();
