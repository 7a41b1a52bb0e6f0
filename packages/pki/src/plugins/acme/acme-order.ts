import type { Authorization, Client, Order } from 'acme-client';

import type { SigningRequest } from '../../csr/signing-request.ts';
import { pemBlocks, toPem } from '../../der/pem.ts';
import { certificateStatus } from '../../plugin/certificate-plugin.ts';
import type { PluginOrder, PluginResult } from '../../plugin/certificate-plugin.ts';
import { AcmeProblemError } from '../errors.ts';
import { isFor } from './acme-names.ts';
import { readProblem } from './acme-problem.ts';
import { refused, unseen, waiting } from './acme-results.ts';
import type { Challenge } from './challenge-responder.ts';
import type { Challenges } from './challenges.ts';

/** The CA did not get an answer, rather than a wrong one (RFC 8555 §6.7). */
const UNSEEN: readonly string[] = ['connection', 'dns'];

type WireChallenge = Authorization['challenges'][number];

/** What an order at the CA needs, by its state (RFC 8555 §7.1.6). */
export class AcmeOrder {
  readonly #client: Client;
  readonly #challenges: Challenges;
  readonly #order: PluginOrder;

  constructor(client: Client, challenges: Challenges, order: PluginOrder) {
    this.#client = client;
    this.#challenges = challenges;
    this.#order = order;
  }

  /** Takes the order as far as it goes without waiting. */
  async advance(url: string, request: SigningRequest): Promise<PluginResult> {
    let order = await this.#client.getOrder({ url } as Order);
    if (order.status === 'pending') return this.#authorize(order);
    this.#order.signal.throwIfAborted();
    if (order.status === 'ready') order = await this.#client.finalizeOrder(order, request.pem);
    if (order.status === 'ready' || order.status === 'processing') return waiting('The CA makes the certificate.');
    if (order.status === 'valid') return this.#fetch(order);
    const { reason, isUnseen } = await this.#problem(order);
    return isUnseen ? unseen(reason) : refused(`The CA has refused the order: ${reason}`);
  }

  /** Ends it at the CA, which knows no other way: what is pending is given up, what was issued is revoked (§7.5.2, §7.6). */
  async abandon(url: string): Promise<'given up' | 'revoked' | 'in work'> {
    try {
      return await this.#abandon(url);
    } catch (error) {
      // An order that the CA does not know, or no longer lets be changed, is none.
      if (error instanceof AcmeProblemError && !error.isTemporary) return 'given up';
      throw error;
    }
  }

  async #abandon(url: string): Promise<'given up' | 'revoked' | 'in work'> {
    const order = await this.#client.getOrder({ url } as Order);
    if (order.status === 'processing') return 'in work';
    if (order.status === 'valid') {
      const { certificate } = splitChain(await this.#client.getCertificate(order));
      await this.#client.revokeCertificate(certificate);
      return 'revoked';
    }
    for (const authorization of await this.#client.getAuthorizations(order)) {
      if (authorization.status === 'pending') await this.#client.deactivateAuthorization(authorization);
    }
    return 'given up';
  }

  async #authorize(order: Order): Promise<PluginResult> {
    const pending: { challenge: Challenge; wire: WireChallenge }[] = [];
    for (const authorization of await this.#client.getAuthorizations(order)) {
      if (authorization.status !== 'pending') continue;
      const wire = authorization.challenges.find(({ type }) => type === this.#challenges.type);
      const { value: name } = authorization.identifier;
      if (wire === undefined) return refused(`The CA does not take ${this.#challenges.type} for ${name}.`);
      const value = await this.#client.getChallengeKeyAuthorization(wire);
      pending.push({ challenge: { name, token: wire.token, value }, wire });
    }
    await this.#keep(pending.map(({ challenge }) => challenge));
    for (const { challenge, wire } of pending.filter((one) => one.wire.status === 'pending')) {
      this.#order.signal.throwIfAborted();
      if (!(await this.#challenges.present(challenge)))
        return waiting(`The record for ${challenge.name} is on its way.`);
      await this.#client.completeChallenge(wire);
    }
    const names = pending.map(({ challenge }) => challenge.name).join(', ');
    return waiting(names === '' ? 'The CA prepares the order.' : `The CA checks that ${names} is ours.`);
  }

  /** Before anything of it can be seen, so that it is removed whatever happens. */
  async #keep(challenges: readonly Challenge[]): Promise<void> {
    const { pluginMeta } = this.#order;
    const before = JSON.stringify(pluginMeta['challenges'] ?? []);
    pluginMeta['challenges'] = challenges.map(({ name, token }) => ({ name, token }));
    if (JSON.stringify(pluginMeta['challenges']) !== before) await this.#order.save();
  }

  async #fetch(order: Order): Promise<PluginResult> {
    const { profile } = this.#order.orderMeta;
    const chain = splitChain(await this.#client.getCertificate(order));
    if (!isFor(chain.certificate, profile))
      return refused(`The CA has issued a certificate that is not for a ${profile}.`);
    Object.assign(this.#order.pluginMeta, chain);
    return { status: certificateStatus.CERTIFICATE_GENERATED, ...chain };
  }

  /** The challenge that failed tells more than the order. */
  async #problem(order: Order): Promise<{ readonly reason: string; readonly isUnseen: boolean }> {
    const failed = (await this.#client.getAuthorizations(order)).flatMap(({ identifier, challenges }) =>
      challenges.flatMap(({ error }) => (error === undefined ? [] : { name: identifier.value, ...readProblem(error) })),
    );
    const { type, detail } = readProblem(order.error);
    const own = `${type === '' ? 'its time is over' : type}: ${detail}`;
    const all = failed.map((problem) => `${problem.name}: ${problem.type}: ${problem.detail}`);
    const reason = (all.length > 0 ? all.join('; ') : own).replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 2000);
    return { reason, isUnseen: failed.length > 0 && failed.every((problem) => UNSEEN.includes(problem.type)) };
  }
}

function splitChain(pem: string): { certificate: string; intermediates: string } {
  const [certificate = '', ...issuers] = pemBlocks(pem, 'CERTIFICATE').map((der) =>
    toPem('CERTIFICATE', der ?? Buffer.alloc(0)),
  );
  return { certificate, intermediates: issuers.join('') };
}
