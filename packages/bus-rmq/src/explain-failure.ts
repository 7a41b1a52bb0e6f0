import { connect } from 'node:tls';
import { UnreachableError, VipError } from '@volttron-ts/vip-core';
import { BrokerCertificateError, BrokerRefusedError, ClientCertificateError, IdentityInUseError } from './errors.ts';
import type { CertificateFault } from './errors.ts';

/** Where a broker listens. */
export interface BrokerAddress {
  readonly host: string;
  readonly port: number;
}

export const addressOf = ({ host, port }: BrokerAddress): string =>
  host.includes(':') ? `amqps://[${host}]:${port}` : `amqps://${host}:${port}`;

const LOOK_MS = 5000;
const anotherRoot: CertificateFault = {
  why: 'is not from the root that we know for it',
  remedy: 'Compare the root with what that platform shows (vctl doctor), and request a certificate anew if it changed.',
};

/** By the codes of OpenSSL as Node gives them. */
const faults: Readonly<Record<string, CertificateFault>> = {
  CERT_HAS_EXPIRED: { why: 'has expired', remedy: 'Ask its operator to renew it.' },
  CERT_NOT_YET_VALID: { why: 'is not valid yet', remedy: 'Compare the clocks of both machines.' },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    why: 'is for other names',
    remedy: 'Use one of the names in it, or ask its operator for a certificate with this one.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: anotherRoot,
  DEPTH_ZERO_SELF_SIGNED_CERT: anotherRoot,
  UNABLE_TO_GET_ISSUER_CERT: anotherRoot,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: anotherRoot,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: anotherRoot,
  CERT_SIGNATURE_FAILURE: anotherRoot,
};

/** Why no connection came about, in words of ours, with what to do about it. */
export async function explainFailure(error: Error, broker: BrokerAddress, user: string): Promise<VipError> {
  if (error instanceof VipError) return error;
  const { code } = error as { readonly code?: unknown };
  const address = addressOf(broker);
  const fault = typeof code === 'string' ? faults[code] : undefined;
  if (fault !== undefined) {
    return new BrokerCertificateError(address, await subjectOf(broker), fault, error);
  }
  if (/alert/i.test(String(code)) || error.message.includes('SSL alert')) {
    return new ClientCertificateError(address, user, alertOf(error.message), error);
  }
  return explainAmqp(error, code, address, user);
}

function explainAmqp(error: Error, code: unknown, address: string, user: string): VipError {
  const { message } = error;
  if (code === 405 || /RESOURCE.LOCKED/.test(message)) return new IdentityInUseError(address, user, error);
  if (code === 403 || /ACCESS.REFUSED/.test(message)) {
    const isLogin = /Login was refused|Handshake/.test(message);
    return new BrokerRefusedError(address, user, isLogin ? 'no such user' : brokerText(message), error);
  }
  if (code === 530 || /NOT.ALLOWED/.test(message)) {
    return new BrokerRefusedError(address, user, brokerText(message), error);
  }
  if (message.includes('SASL mechanism')) {
    return new BrokerRefusedError(address, user, 'it offers no login by certificate', error);
  }
  return new UnreachableError(address, `Nothing answers at ${address} (${message}).`);
}

/** What the broker said, within what amqplib made of it. */
export function brokerText(message: string): string {
  return (/message "(.*)"$/s.exec(message)?.[1] ?? message).replace(/^[A-Z]+_[A-Z]+ - /, '');
}

const alertOf = (message: string): string =>
  /(?:tlsv?1? |sslv3 )?alert ([a-z ]+)/.exec(message)?.[1]?.trim() ?? message.split('\n', 1)[0] ?? message;

/** The common name that the broker shows: errors of verification do not carry the certificate. */
async function subjectOf({ host, port }: BrokerAddress): Promise<string> {
  return new Promise((resolve) => {
    const done = (subject: string): void => {
      socket.destroy();
      resolve(subject);
    };
    // Nothing is sent over it and nothing it says is believed: it is asked for the name to put into an error.
    const socket = connect({ host, port, rejectUnauthorized: false, timeout: LOOK_MS }, () => {
      const { CN: name } = socket.getPeerCertificate().subject;
      done(Array.isArray(name) ? name.join(', ') : (name ?? host));
    });
    socket.on('error', () => {
      done(host);
    });
    socket.on('timeout', () => {
      done(host);
    });
  });
}
