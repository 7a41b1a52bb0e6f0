import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readCertificate } from '../certificate/certificate.ts';
import { issueCertificate } from '../certificate/issue.ts';
import type { Authority } from '../certificate/issue.ts';
import type { WallClock } from '../certificate/validity.ts';
import { readSigningRequest } from '../csr/signing-request.ts';
import { generateKeyPair } from '../key/key-algorithm.ts';
import { readPrivateKey } from '../key/private-key.ts';
import { rootFileName } from '../name/root-name.ts';
import { certificateStatus, defineCertificatePlugin } from '../plugin/certificate-plugin.ts';
import type {
  CaInfo,
  CertificatePlugin,
  CreateCaRequest,
  PluginContext,
  PluginOrder,
  PluginResult,
} from '../plugin/certificate-plugin.ts';
import { AuthorityFiles, infoOf } from './authority-files.ts';
import type { SubAuthority } from './authority-files.ts';
import { PluginCaError, PluginConfigError } from './errors.ts';
import { isServed, notServed } from './order-meta.ts';
import { parseSubject } from './parse-subject.ts';
import { readOptions, wholeNumber } from './plugin-options.ts';

const NAME = 'instance-ca';
const DEFAULT_DAYS = 365;
const MOST_DAYS = 3650;

/**
 * The instance's own authority: signs at once with the root in VOLTTRON's layout (reference/rmq-web-csr.md §2.1), or with
 * an authority below it. The serial number comes from the order's id and the key, and the validity begins with the order,
 * so that an order asked for twice gets one certificate, not two.
 */
export const instanceCa = defineCertificatePlugin({
  name: NAME,
  async create({ config, directory, home, instanceName, clock }: PluginContext): Promise<CertificatePlugin> {
    const { days } = readOptions(NAME, config, { days: wholeNumber(1, MOST_DAYS, DEFAULT_DAYS) });
    const root = await readAuthority(join(home, 'certificates'), rootFileName(instanceName));
    const files = new AuthorityFiles(directory);
    const below = await files.read().catch((error: unknown) => {
      throw new PluginConfigError(NAME, 'an authority below the root cannot be used', error);
    });
    return new InstanceCa(root, below, { files, days, clock });
  },
});

interface Parts {
  readonly files: AuthorityFiles;
  readonly days: number;
  readonly clock: WallClock;
}

class InstanceCa implements CertificatePlugin {
  readonly #root: SubAuthority;
  readonly #below: Map<string, SubAuthority>;
  readonly #parts: Parts;
  readonly supports = isServed;

  constructor(root: Authority, below: Map<string, SubAuthority>, parts: Parts) {
    this.#root = { authority: root, info: infoOf(root, root.certificate.subject.commonName) };
    this.#below = below;
    this.#parts = parts;
  }

  issueCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return Promise.resolve().then(() => this.#issue(order));
  }

  checkCertificateStatus(order: PluginOrder): Promise<PluginResult> {
    return this.issueCertificateRequest(order);
  }

  modifyCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    return this.issueCertificateRequest(order);
  }

  async cancelCertificateRequest(order: PluginOrder): Promise<PluginResult> {
    order.pluginMeta['canceled'] = true;
    await order.save();
    return canceled;
  }

  getCaInfo(): Promise<Readonly<Record<string, CaInfo>>> {
    const below = [...this.#below].map(([id, { info }]) => [id, info] as const);
    return Promise.resolve(Object.fromEntries([[NAME, this.#root.info], ...below]));
  }

  async createCa(request: CreateCaRequest): Promise<{ pluginCaId: string; info: CaInfo }> {
    const { authority: issuer } = this.#ca(request.parentCaId);
    const subject = parseSubject(request.subject);
    const { privateKey, publicKey } = await generateKeyPair('P-256');
    const { clock, files } = this.#parts;
    const validity = { days: MOST_DAYS };
    const certificate = issueCertificate({ issuer, profile: 'authority', subject, publicKey, validity, clock });
    const authority = { certificate, privateKey };
    const made = { authority, info: infoOf(authority, request.name, request.description) };
    const pluginCaId = await files.add(made);
    this.#below.set(pluginCaId, made);
    return { pluginCaId, info: made.info };
  }

  async deleteCa(pluginCaId: string): Promise<void> {
    if (pluginCaId === NAME) throw new PluginCaError(NAME, "is the instance's own", 'Delete one of those below it.');
    this.#ca(pluginCaId);
    await this.#parts.files.remove(pluginCaId);
    this.#below.delete(pluginCaId);
  }

  #issue({ orderId, openedAt, orderMeta, pluginMeta, pluginCaId = NAME }: PluginOrder): PluginResult {
    if (pluginMeta['canceled'] === true) return canceled;
    if (!isServed(orderMeta)) return notServed;
    const { authority: issuer } = this.#ca(pluginCaId);
    const request = readSigningRequest(orderMeta.csr);
    const { pem } = issueCertificate({
      ...{ issuer, profile: orderMeta.profile, subject: request.subject, publicKey: request.publicKey },
      ...{ dnsNames: request.dnsNames, ipAddresses: request.ipAddresses },
      validity: { days: this.#parts.days },
      serialNumber: serialNumberOf(orderId, request.fingerprint),
      clock: { now: () => openedAt },
    });
    const intermediates = pluginCaId === NAME ? '' : issuer.certificate.pem;
    return { status: certificateStatus.CERTIFICATE_GENERATED, certificate: pem, intermediates };
  }

  #ca(id: string): SubAuthority {
    const found = id === NAME ? this.#root : this.#below.get(id);
    if (found === undefined) throw new PluginCaError(id, 'is none of this plugin', 'Use an id of getCaInfo.');
    return found;
  }
}

const canceled: PluginResult = {
  status: certificateStatus.REQUEST_CANCELED,
  statusMessage: 'The order was canceled; nothing was issued.',
};

/** 126 bits of a hash over the order's random id; the two leading ones are fixed to keep it positive and of full length. */
function serialNumberOf(orderId: string, fingerprint: string): Buffer {
  const serial = createHash('sha256').update(orderId).update(fingerprint).digest().subarray(0, 16);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}

async function readAuthority(directory: string, name: string): Promise<Authority> {
  const [certificate, key] = [join(directory, 'certs', `${name}.crt`), join(directory, 'private', `${name}.pem`)];
  try {
    return {
      certificate: readCertificate(await readFile(certificate, 'utf8')),
      privateKey: readPrivateKey(await readFile(key, 'utf8')),
    };
  } catch (error) {
    throw new PluginConfigError(NAME, `the instance's root (${certificate}, ${key}) cannot be used`, error);
  }
}
