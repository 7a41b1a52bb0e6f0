import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { readCertificates } from '../certificate/certificate.ts';
import type { Certificate } from '../certificate/certificate.ts';
import { readSigningRequest } from '../csr/signing-request.ts';
import type { SigningRequest } from '../csr/signing-request.ts';
import { certificateStatus, defineCertificatePlugin } from '../plugin/certificate-plugin.ts';
import type {
  CertificatePlugin,
  OrderMeta,
  PluginContext,
  PluginOrder,
  PluginResult,
} from '../plugin/certificate-plugin.ts';
import { PluginConfigError } from './errors.ts';
import { readAnswer } from './manual-answer.ts';
import type { Answer } from './manual-answer.ts';
import { ManualFiles } from './manual-files.ts';
import { isServed, notServed } from './order-meta.ts';
import { optional, path, readOptions } from './plugin-options.ts';

const NAME = 'manual';
/** ms between two looks into the inbox. */
const LOOK_AGAIN = 10_000;
/** ms after which folders that were not there are tried again. */
const TRY_AGAIN = 60_000;

/** A CA that no computer reaches: requests lie in an outbox until a person has put their certificates into the inbox. */
export const manual = defineCertificatePlugin({
  name: NAME,
  async create({ config, directory, home, clock, log }: PluginContext): Promise<CertificatePlugin> {
    const { root } = readOptions(NAME, config, { root: optional(path('the path of a file with PEM certificates')) });
    const roots = root === undefined ? [] : await readRoots(resolve(home, root));
    const files = new ManualFiles(directory);
    await files.prepare().catch((error: unknown) => {
      log.warn(`the folders for requests and certificates cannot be made: ${messageOf(error)}`);
    });
    return new ManualCa(files, roots, clock);
  },
});

class ManualCa implements CertificatePlugin {
  readonly #files: ManualFiles;
  readonly #roots: readonly Certificate[];
  readonly #clock: PluginContext['clock'];
  readonly supports = isServed;

  constructor(files: ManualFiles, roots: readonly Certificate[], clock: PluginContext['clock']) {
    this.#files = files;
    this.#roots = roots;
    this.#clock = clock;
  }

  async issueCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    const { pluginMeta, orderMeta, orderId } = order;
    if (!isServed(orderMeta)) return notServed;
    const request = readSigningRequest(orderMeta.csr);
    // The person may have carried it away already.
    if (isCanceled(order) || pluginMeta['request'] === request.fingerprint) return this.#look(order, request);
    return this.#reaching(async () => {
      const path = await this.#files.put(orderId, request);
      Object.assign(pluginMeta, { request: request.fingerprint, certificate: null, intermediates: null });
      return waiting(`The request lies in ${path} and waits for ${this.#files.answerPath(orderId, request)}.`);
    });
  }

  async checkCertificateStatus(order: PluginOrder): Promise<PluginResult> {
    if (isCanceled(order)) return this.cancelCertificateRequest(order);
    if (!isServed(order.orderMeta)) return notServed;
    const request = readSigningRequest(order.orderMeta.csr);
    if (order.pluginMeta['request'] === request.fingerprint) return this.#look(order, request);
    return {
      ...unavailable('The request has not been put into the outbox yet.', 0),
      retryMethod: 'issueCertificateRequest',
    };
  }

  modifyCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.issueCertificateRequest(order);
  }

  cancelCertificateRequest({ orderId, pluginMeta }: PluginOrder): Promise<PluginResult> {
    return this.#reaching(async () => {
      await this.#files.withdraw(orderId);
      pluginMeta['canceled'] = true;
      return {
        status: certificateStatus.REQUEST_CANCELED,
        statusMessage: 'The order was canceled, and its request removed from the outbox.',
      };
    });
  }

  async #look(order: PluginOrder, request: SigningRequest): Promise<PluginResult> {
    if (isCanceled(order)) return this.cancelCertificateRequest(order);
    const path = this.#files.answerPath(order.orderId, request);
    const found = keptAnswer(order) ?? (await this.#read(path, request, order.orderMeta.profile));
    if ('status' in found) return found;
    Object.assign(order.pluginMeta, found);
    await order.save();
    return this.#reaching(async () => {
      await this.#files.finish(order.orderId, path);
      return { status: certificateStatus.CERTIFICATE_GENERATED, ...found };
    });
  }

  /** The answer, or what follows without one. */
  async #read(path: string, request: SigningRequest, profile: OrderMeta['profile']): Promise<Answer | PluginResult> {
    let text: string | undefined;
    try {
      text = await this.#files.answer(path);
    } catch (error) {
      return awayBecause(error);
    }
    if (text === undefined) return waiting(`The request waits for ${path}.`);
    try {
      return readAnswer(text, { request, profile, roots: this.#roots, time: new Date(this.#clock.now()) });
    } catch (error) {
      return dataIssue(path, messageOf(error));
    }
  }

  /** Folders that are away, full or locked may come back. */
  async #reaching(work: () => Promise<PluginResult>): Promise<PluginResult> {
    try {
      return await work();
    } catch (error) {
      return awayBecause(error);
    }
  }
}

const isCanceled = ({ pluginMeta }: PluginOrder): boolean => pluginMeta['canceled'] === true;

function keptAnswer({ pluginMeta: { certificate, intermediates } }: PluginOrder): Answer | undefined {
  if (typeof certificate !== 'string' || typeof intermediates !== 'string') return undefined;
  return { certificate, intermediates };
}

const waiting = (statusMessage: string): PluginResult => ({
  status: certificateStatus.WAITING_FOR_CA,
  statusMessage,
  retryMsec: LOOK_AGAIN,
});

const dataIssue = (path: string, why: string): PluginResult => ({
  status: certificateStatus.CLIENT_DATA_ISSUE_SEEN,
  statusMessage: `${path} is left where it is, and waits for a better one: ${why}`,
  retryMsec: LOOK_AGAIN,
});

const unavailable = (statusMessage: string, retryMsec: number): PluginResult => ({
  status: certificateStatus.CA_UNAVAILABLE_FOR_REQUEST,
  statusMessage,
  retryMsec,
});

const awayBecause = (error: unknown): PluginResult =>
  unavailable(`The outbox or the inbox cannot be used: ${messageOf(error)}`, TRY_AGAIN);

async function readRoots(path: string): Promise<Certificate[]> {
  try {
    return readCertificates(await readFile(path, 'utf8'));
  } catch (error) {
    throw new PluginConfigError(NAME, `"root" (${path}) cannot be used`, error);
  }
}

/** One line. */
function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').slice(0, 2000);
}
