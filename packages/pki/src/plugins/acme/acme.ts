import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { readSigningRequest } from '../../csr/signing-request.ts';
import type { SigningRequest } from '../../csr/signing-request.ts';
import { certificateStatus, defineCertificatePlugin } from '../../plugin/certificate-plugin.ts';
import type { CertificatePlugin, PluginContext, PluginOrder, PluginResult } from '../../plugin/certificate-plugin.ts';
import { AcmeProblemError, PluginConfigError } from '../errors.ts';
import { isServed, notServed } from '../order-meta.ts';
import { AcmeAccount } from './acme-account.ts';
import { hostNamesOf, isServedByAcme } from './acme-names.ts';
import { NAME, readAcmeOptions } from './acme-options.ts';
import type { ChallengeOption } from './acme-options.ts';
import { AcmeOrder } from './acme-order.ts';
import { canceled, neverOrdered, refused, resultOf, waiting } from './acme-results.ts';
import type { Challenge, ChallengeResponder } from './challenge-responder.ts';
import { Challenges } from './challenges.ts';
import { hookChallenges } from './dns-responder.ts';
import { serveChallenges } from './http-responder.ts';
import { writeChallenges } from './webroot-responder.ts';

/** A CA that speaks ACME (RFC 8555). */
export const acme = defineCertificatePlugin({
  name: NAME,
  async create(context: PluginContext): Promise<CertificatePlugin> {
    const { config, directory, home, log } = context;
    const options = readAcmeOptions(config);
    const { caCertificate } = options;
    const trusted = caCertificate === undefined ? undefined : await readTrusted(resolve(home, caCertificate));
    const account = await AcmeAccount.open(options.directory, directory, trusted).catch((error: unknown) => {
      throw new PluginConfigError(NAME, `the key of the account (${directory}) cannot be used`, error);
    });
    const responder = await responderFor(options.challenge, account, context);
    return new AcmeCa(account, new Challenges(responder, log));
  },
});

class AcmeCa implements CertificatePlugin {
  readonly #account: AcmeAccount;
  readonly #challenges: Challenges;
  readonly supports = isServedByAcme;

  constructor(account: AcmeAccount, challenges: Challenges) {
    this.#account = account;
    this.#challenges = challenges;
  }

  async issueCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    if (isCanceled(order)) return wasCanceled;
    if (!isServed(order.orderMeta)) return notServed;
    const request = readSigningRequest(order.orderMeta.csr);
    const names = hostNamesOf(request);
    if (names === undefined) return refused('The request is not for host names, or not for them alone.');
    return this.#exchange(order, async () => {
      if (!hasOrdered(order, request)) await this.#begin(order, request, names);
      return this.#goOn(order, request);
    });
  }

  async checkCertificateStatus(order: PluginOrder): Promise<PluginResult> {
    if (isCanceled(order)) return wasCanceled;
    if (!isServed(order.orderMeta)) return notServed;
    const request = readSigningRequest(order.orderMeta.csr);
    if (!hasOrdered(order, request)) return neverOrdered;
    return this.#exchange(order, () => this.#goOn(order, request));
  }

  modifyCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.issueCertificateRequest(order);
  }

  async cancelCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    if (isCanceled(order)) return wasCanceled;
    return this.#exchange(order, async () => {
      const how = await this.#abandon(order);
      if (how === 'in work') {
        return { ...waiting('The CA is making the certificate.'), retryMethod: 'cancelCertificateRequest' };
      }
      order.pluginMeta['canceled'] = true;
      return how === 'revoked' ? canceled('The CA had issued the certificate and has revoked it.') : wasCanceled;
    });
  }

  close(): Promise<void> {
    return this.#challenges.close();
  }

  /** Puts the order's URL down before anything comes of the order. */
  async #begin(order: PluginOrder, request: SigningRequest, names: readonly string[]): Promise<void> {
    await this.#abandon(order);
    const client = await this.#account.client();
    order.signal.throwIfAborted();
    const { url } = await client.createOrder({ identifiers: names.map((value) => ({ type: 'dns', value })) });
    Object.assign(order.pluginMeta, { order: url, request: request.fingerprint, challenges: [] });
    await order.save();
  }

  async #goOn(order: PluginOrder, request: SigningRequest): Promise<PluginResult> {
    const { order: url, certificate, intermediates } = order.pluginMeta;
    if (typeof certificate === 'string' && typeof intermediates === 'string') {
      return { status: certificateStatus.CERTIFICATE_GENERATED, certificate, intermediates };
    }
    if (typeof url !== 'string') return neverOrdered;
    const atCa = new AcmeOrder(await this.#account.client(), this.#challenges, order);
    const result = await atCa.advance(url, request);
    const { CERTIFICATE_GENERATED, INVALID_OPERATION } = certificateStatus;
    const isOver = result.retryMethod === 'issueCertificateRequest';
    if (isOver) order.pluginMeta['order'] = null;
    if (isOver || result.status === CERTIFICATE_GENERATED || result.status === INVALID_OPERATION) {
      await this.#cleanUp(order);
    }
    return result;
  }

  /** Ends what the CA knows of an order, if it knows anything. */
  async #abandon(order: PluginOrder): Promise<'given up' | 'revoked' | 'in work'> {
    const { order: url } = order.pluginMeta;
    if (typeof url !== 'string') return 'given up';
    const how = await new AcmeOrder(await this.#account.client(), this.#challenges, order).abandon(url);
    if (how === 'in work') return how;
    await this.#cleanUp(order);
    for (const key of ['order', 'request', 'challenges', 'certificate', 'intermediates']) {
      Reflect.deleteProperty(order.pluginMeta, key);
    }
    return how;
  }

  async #cleanUp({ pluginMeta }: PluginOrder): Promise<void> {
    const kept = Array.isArray(pluginMeta['challenges']) ? pluginMeta['challenges'] : [];
    const challenges: Challenge[] = [];
    for (const entry of kept as readonly Partial<Challenge>[]) {
      const { name, token } = entry;
      if (typeof name !== 'string' || typeof token !== 'string') continue;
      challenges.push({ name, token, value: await this.#account.keyAuthorization(this.#challenges.type, token) });
    }
    await this.#challenges.remove(challenges);
    pluginMeta['challenges'] = [];
  }

  /** The CA may be away, or say no. */
  async #exchange(order: PluginOrder, work: () => Promise<PluginResult>): Promise<PluginResult> {
    try {
      order.signal.throwIfAborted();
      return await work();
    } catch (error) {
      if (error instanceof AcmeProblemError && error.type === 'accountDoesNotExist') await this.#account.forget();
      return resultOf(error, order.signal);
    }
  }
}

const isCanceled = ({ pluginMeta }: PluginOrder): boolean => pluginMeta['canceled'] === true;
const wasCanceled = canceled('The order was canceled; nothing was issued.');

/** Whether the CA has an order for this very request. */
function hasOrdered({ pluginMeta }: PluginOrder, { fingerprint }: SigningRequest): boolean {
  return typeof pluginMeta['order'] === 'string' && pluginMeta['request'] === fingerprint;
}

async function responderFor(
  option: ChallengeOption,
  account: AcmeAccount,
  { home, log }: PluginContext,
): Promise<ChallengeResponder> {
  if (option.kind === 'webroot') return writeChallenges(resolve(home, option.folder));
  if (option.kind === 'dns-hook') return hookChallenges(resolve(home, option.program), log);
  try {
    return await serveChallenges(option.port, (token) => account.keyAuthorization('http-01', token));
  } catch (error) {
    throw new PluginConfigError(NAME, `"http-port" ${option.port} cannot be listened on`, error);
  }
}

async function readTrusted(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new PluginConfigError(NAME, `"ca-certificate" (${path}) cannot be read`, error);
  }
}
