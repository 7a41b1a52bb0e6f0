import { VipError } from '@volttron-ts/vip-core';

/** Another connection holds the queue of this identity; it is tried again, so that its end is enough. */
export class IdentityInUseError extends VipError {
  override readonly name = 'IdentityInUseError';
  constructor(address: string, user: string, cause?: unknown) {
    super('identity-in-use', `Another connection to ${address} is "${user}".`, {
      item: 'identity',
      value: user,
      remedy: 'End the other one, or take another identity.',
      cause,
    });
  }
}

/** The broker does not let this user in, or not do what every agent does. */
export class BrokerRefusedError extends VipError {
  override readonly name = 'BrokerRefusedError';
  constructor(address: string, user: string, why: string, cause?: unknown) {
    super('broker-refused', `The broker at ${address} refuses the user "${user}" (${why}).`, {
      item: 'user',
      value: user,
      remedy: 'Ask its operator to approve the certificate request of this name (vctl auth remote approve).',
      cause,
    });
  }
}

/** What the broker shows about itself cannot be trusted. */
export class BrokerCertificateError extends VipError {
  override readonly name = 'BrokerCertificateError';
  constructor(address: string, subject: string, { why, remedy }: CertificateFault, cause?: unknown) {
    super('broker-certificate', `The certificate "${subject}" of the broker at ${address} ${why}.`, {
      item: 'broker certificate',
      value: subject,
      remedy,
      cause,
    });
  }
}

export interface CertificateFault {
  /** Goes on after the certificate's name. */
  readonly why: string;
  readonly remedy: string;
}

/** The broker does not take our own certificate. */
export class ClientCertificateError extends VipError {
  override readonly name = 'ClientCertificateError';
  constructor(address: string, user: string, why: string, cause?: unknown) {
    super('client-certificate', `The broker at ${address} does not take the certificate of "${user}" (${why}).`, {
      item: 'certificate',
      value: user,
      remedy: 'Request a new one from the platform that the broker belongs to, or let its operator trust our root.',
      cause,
    });
  }
}

/** The certificate is another user's than the one that is to connect. */
export class CertificateNameError extends VipError {
  override readonly name = 'CertificateNameError';
  constructor(user: string, commonName: string) {
    super('certificate-name', `The certificate is for "${commonName}", but "${user}" is to connect with it.`, {
      item: 'certificate',
      value: commonName,
      remedy: `Request a certificate with the common name "${user}".`,
    });
  }
}

/** There is no RabbitMQ to start. */
export class BrokerMissingError extends VipError {
  override readonly name = 'BrokerMissingError';
  constructor(place: string) {
    super('broker-missing', `There is no RabbitMQ in "${place}".`, {
      item: 'rmq-home',
      value: place,
      remedy: 'Install it (apt-get install rabbitmq-server), or name another installation as rmq-home.',
    });
  }
}

/** A broker of ours did not come up. */
export class BrokerStartError extends VipError {
  override readonly name = 'BrokerStartError';
  constructor(folder: string, why: string) {
    super('broker-start', `The broker in "${folder}" does not start: ${why}`, {
      item: 'rabbitmq',
      value: folder,
      remedy: 'Look at its ports and at rabbitmq.conf in that folder.',
    });
  }
}

/** The broker's management API does not do what was asked. */
export class ManagementError extends VipError {
  override readonly name = 'ManagementError';
  readonly status: number;
  constructor(address: string, what: string, status: number, reason: string) {
    super('broker-management', `The broker's management API at ${address} refuses "${what}" (${status}: ${reason}).`, {
      item: 'management API',
      value: what,
      remedy:
        status === 401
          ? 'Compare user and pass in rabbitmq_config.yml with those of the broker.'
          : 'The user in rabbitmq_config.yml must be an administrator of the broker.',
    });
    this.status = status;
  }
}
