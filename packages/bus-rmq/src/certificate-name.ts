import { X509Certificate } from 'node:crypto';
import { InvalidValueError } from '@volttron-ts/vip-core';
import { CertificateNameError } from './errors.ts';

/** The broker takes the common name for the user. Throws CertificateNameError, InvalidValueError. */
export function checkCertificateName(pem: string, user: string): void {
  const name = commonNameOf(pem);
  if (name !== user) throw new CertificateNameError(user, name);
}

function commonNameOf(pem: string): string {
  try {
    const { subject } = new X509Certificate(pem);
    return (
      subject
        .split('\n')
        .find((part) => part.startsWith('CN='))
        ?.slice(3) ?? ''
    );
  } catch {
    throw new InvalidValueError(
      'certificate',
      pem.slice(0, 40),
      'The certificate is no PEM text.',
      'Request a new one.',
    );
  }
}
