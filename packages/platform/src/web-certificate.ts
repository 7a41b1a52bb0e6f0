import { CertificateDirectory } from '@volttron-ts/auth';
import type { Clock } from '@volttron-ts/vip-core';
import { ensureCertificate } from './own-certificates.ts';

/** What the web service shows and proves. */
export interface WebCertificate {
  readonly certificate: string;
  readonly privateKey: string;
  /** PEM of the root it comes from; undefined when the operator's own files are used. */
  readonly root: string | undefined;
}

/** The certificate of the instance's own CA for a web address. */
export function ensureWebCertificate(
  home: string,
  instance: string,
  host: string,
  clock: Clock,
): Promise<WebCertificate> {
  return ensureCertificate({
    ...{ directory: new CertificateDirectory(home), instance, hosts: [host], clock },
    name: 'platform.web-server',
    commonName: `${instance}.platform.web-server`,
  });
}
