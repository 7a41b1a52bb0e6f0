import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { readCertificate } from '../certificate/certificate.ts';
import { issueCertificate } from '../certificate/issue.ts';
import type { Authority } from '../certificate/issue.ts';
import { readSigningRequest } from '../csr/signing-request.ts';
import { readPrivateKey } from '../key/private-key.ts';
import { rootFileName } from '../name/root-name.ts';
import { certificateStatus, defineCertificatePlugin } from '../plugin/certificate-plugin.ts';
import type { CertificatePlugin, JsonObject, PluginOrder, PluginResult } from '../plugin/certificate-plugin.ts';
import { PluginConfigError } from './errors.ts';

const NAME = 'instance-ca';
const DEFAULT_DAYS = 365;
const MOST_DAYS = 3650;

/**
 * The instance's own authority: signs at once with the root in VOLTTRON's layout (reference/rmq-web-csr.md §2.1). The
 * serial number is the order's id and the validity begins with the order, so that an order asked for twice gets one
 * certificate, not two.
 */
export const instanceCa = defineCertificatePlugin({
  name: NAME,
  async create({ config, home, instanceName }): Promise<CertificatePlugin> {
    const days = daysOf(config);
    const authority = await readAuthority(join(home, 'certificates'), rootFileName(instanceName));
    const issue = (order: PluginOrder): Promise<PluginResult> =>
      Promise.resolve({
        status: certificateStatus.CERTIFICATE_GENERATED,
        certificate: certificateFor(order, authority, days),
        intermediates: '',
      });
    return {
      supports: () => true,
      issueCertificateRequest: issue,
      checkCertificateStatus: issue,
      modifyCertificateRequest: issue,
      cancelCertificateRequest: () =>
        Promise.resolve({ status: certificateStatus.REQUEST_CANCELED, statusMessage: 'Nothing was issued.' }),
      getCaInfo: () =>
        Promise.resolve({
          [NAME]: {
            name: authority.certificate.subject.commonName,
            certificate: authority.certificate.pem,
            expiration: authority.certificate.notAfter.toISOString(),
          },
        }),
    };
  },
});

function certificateFor({ orderId, openedAt, orderMeta }: PluginOrder, issuer: Authority, days: number): string {
  const request = readSigningRequest(orderMeta.csr);
  return issueCertificate({
    issuer,
    profile: orderMeta.profile,
    subject: request.subject,
    publicKey: request.publicKey,
    dnsNames: request.dnsNames,
    ipAddresses: request.ipAddresses,
    validity: { days },
    serialNumber: serialNumberOf(orderId),
    clock: { now: () => openedAt },
  }).pem;
}

/** A UUID of version 4 holds 122 random bits; the two leading ones are fixed to keep it positive and of full length. */
function serialNumberOf(orderId: string): Buffer {
  const serial = Buffer.from(orderId.replaceAll('-', ''), 'hex');
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

function daysOf(config: JsonObject): number {
  const { days = DEFAULT_DAYS, ...unknown } = config;
  const [key] = Object.keys(unknown);
  if (key !== undefined) throw new PluginConfigError(NAME, `it has no option "${key}"; there is "days"`);
  if (typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return days;
  throw new PluginConfigError(
    NAME,
    `"days" is ${JSON.stringify(days)} instead of a whole number from 1 to ${MOST_DAYS}`,
  );
}
