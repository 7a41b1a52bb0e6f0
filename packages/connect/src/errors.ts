import { VipError } from '@volttron-ts/vip-core';

/** The other platform's web service could not be asked, or did not answer a discovery document. */
export class DiscoveryError extends VipError {
  override readonly name = 'DiscoveryError';
  constructor(address: string, why: string, remedy: string, cause?: unknown) {
    super('discovery', `The platform at ${address} cannot be discovered: ${why}.`, {
      item: 'address',
      value: address,
      remedy,
      cause,
    });
  }
}

/** The other platform gave no certificate, or none that can be used. */
export class CertificateRequestError extends VipError {
  override readonly name = 'CertificateRequestError';
  /** Whether the same request may be answered later. */
  readonly mayPass: boolean;
  constructor(address: string, why: string, remedy: string, { cause, mayPass = false }: RequestFailure = {}) {
    super('certificate-request', `The platform at ${address} gave no certificate: ${why}.`, {
      item: 'address',
      value: address,
      remedy,
      cause,
    });
    this.mayPass = mayPass;
  }
}

interface RequestFailure {
  readonly cause?: unknown;
  readonly mayPass?: boolean;
}

/** An operator of the other platform denied the request. */
export class CertificateDeniedError extends VipError {
  override readonly name = 'CertificateDeniedError';
  constructor(name: string, message: string) {
    super(
      'certificate-denied',
      `The request for the certificate of ${name} is denied: ${message.replace(/\.?$/, '.')}`,
      {
        item: 'certificate request',
        value: name,
        remedy: 'Ask the operator of that platform, who can approve or delete it.',
      },
    );
  }
}

/** No public key is known for the platform at an address. */
export class UnknownServerKeyError extends VipError {
  override readonly name = 'UnknownServerKeyError';
  constructor(address: string) {
    super('unknown-serverkey', `The server key of ${address} is not known.`, {
      item: 'serverkey',
      value: address,
      remedy: 'Give it as "serverkey", or add it to known_hosts: its operator reads it with "vctl auth serverkey".',
    });
  }
}

/** The key given or discovered is not the one known for that address. */
export class ServerKeyMismatchError extends VipError {
  override readonly name = 'ServerKeyMismatchError';
  constructor(address: string, known: string, given: string) {
    super('serverkey-mismatch', `known_hosts holds the key ${known} for ${address}, but ${given} was given.`, {
      item: 'serverkey',
      value: given,
      remedy: 'If the platform has really a new key, remove the old one from known_hosts; otherwise do not connect.',
    });
  }
}

/** An option or argument that the program does not take. */
export class UsageError extends VipError {
  override readonly name = 'UsageError';
  constructor(program: string, problem: string, cause?: unknown) {
    super('usage', problem.replace(/\.?$/, '.'), { item: 'option', remedy: `See ${program} --help.`, cause });
  }
}

/** What stands as MODULE on the command line is no agent. */
export class AgentModuleError extends VipError {
  override readonly name = 'AgentModuleError';
  constructor(module: string, why: string, remedy: string, cause?: unknown) {
    super('agent-module', `The agent ${module} cannot be loaded: ${why.replace(/\.?$/, '.')}`, {
      item: 'MODULE',
      value: module,
      remedy,
      cause,
    });
  }
}

/** Under `--no-wait`: why the platform did not welcome the agent. */
export class NotWelcomedError extends VipError {
  override readonly name = 'NotWelcomedError';
  constructor(reason: VipError) {
    super('not-welcomed', reason.message, {
      item: reason.item,
      value: reason.value,
      remedy: reason.remedy,
      cause: reason,
    });
  }
}

/** A broker's address, and no certificate for it. */
export class NoCertificateError extends VipError {
  override readonly name = 'NoCertificateError';
  constructor(address: string, folder: string) {
    super('no-certificate', `No certificate in ${folder} is for the broker at ${address}.`, {
      item: 'address',
      value: address,
      remedy:
        "Give the address of that platform's web service (https://HOST:PORT): it takes requests for certificates.",
    });
  }
}

/** This process has nowhere to keep certificates. */
export class NoRabbitError extends VipError {
  override readonly name = 'NoRabbitError';
  constructor(address: string) {
    super('no-rabbitmq', `${address} is a RabbitMQ broker, and this process connects to ZMQ only.`, {
      item: 'address',
      value: address,
      remedy: 'Run it as an agent, or give a tcp address of that platform.',
    });
  }
}
