import { VipError } from '@volttron-ts/vip-core';
import type { VipErrorDetails } from '@volttron-ts/vip-core';

/** The platform did not welcome the agent in time (only told, not thrown, while the agent is to wait). */
export class HelloTimeoutError extends VipError {
  override readonly name = 'HelloTimeoutError';
  constructor(identity: string, milliseconds: number) {
    super('hello-timeout', `No response to hello message after ${milliseconds / 1000} seconds.`, {
      item: 'identity',
      value: identity,
      remedy: 'Look for another agent of this identity, and whether the platform knows the agent’s key.',
    });
  }
}

/** Arguments of a call that do not fit the method's parameters. */
export class ParameterError extends VipError {
  override readonly name = 'ParameterError';
  constructor(method: string, message: string, value?: unknown) {
    super('parameters', `${method}: ${message}.`, { item: method, value });
  }
}

/** An agent answered "unimplemented method" (JSON-RPC -32601). */
export class UnknownMethodError extends VipError {
  override readonly name = 'UnknownMethodError';
  constructor(peer: string, method: string) {
    super('unknown-method', `"${peer}" has no method "${method}".`, { item: 'method', value: method });
  }
}

/** An errno of a router that has no error of its own. */
export class BusError extends VipError {
  override readonly name = 'BusError';
  /** What the router wrote: a number as text. */
  readonly errno: string;
  constructor(errno: string, message: string, details: VipErrorDetails) {
    super('bus', `The bus answered ${message} (${errno}).`, details);
    this.errno = errno;
  }
}

/** A journal cannot serve a request. */
export class JournalRefusedError extends VipError {
  override readonly name = 'JournalRefusedError';
  /** The journal's own code. */
  readonly reasonCode: string;
  constructor(operation: string, reasonCode: string, message: string) {
    super('journal-refused', `The journal refused "${operation}": ${message}`, { item: operation, value: reasonCode });
    this.reasonCode = reasonCode;
  }
}

/** An agent that was started without connections to other platforms asked for one. */
export class NoRemotePlatformsError extends VipError {
  override readonly name = 'NoRemotePlatformsError';
  constructor(address: string) {
    super('no-remote-platforms', `This agent was started without connections to other platforms.`, {
      item: 'address',
      value: address,
      remedy: 'Start it with `remotes`, as volttron-agent does.',
    });
  }
}

/** A callback for configurations asked to change the store, which would call it back. */
export class ConfigCallbackError extends VipError {
  override readonly name = 'ConfigCallbackError';
  constructor() {
    super('config-callback', 'The configuration store cannot be changed from a callback for configurations.', {
      item: 'vip.config',
      remedy: 'Change it from run, or from a method.',
    });
  }
}

/** A channel between two agents of which frames were lost, or could be. */
export class ChannelBrokenError extends VipError {
  override readonly name = 'ChannelBrokenError';
  constructor(channel: string, peer: string, why: string) {
    super('channel-broken', `The channel "${channel}" with "${peer}" is broken: ${why}.`, {
      item: 'channel',
      value: channel,
      remedy: 'Create it again, and begin anew.',
    });
  }
}

/** The configuration names no other platform. */
export class NoRemoteAddressError extends VipError {
  override readonly name = 'NoRemoteAddressError';
  constructor(prefix: string) {
    super('no-remote-address', `The configuration names no ${prefix}.`, {
      item: `${prefix}-address`,
      remedy: `Set ${prefix}-address to https://HOST:PORT or tcp://HOST:PORT.`,
    });
  }
}

/** The file with the other platform's root certificate cannot be read. */
export class RootCertificateError extends VipError {
  override readonly name = 'RootCertificateError';
  constructor(item: string, path: string, cause: unknown) {
    super('root-certificate', `The root certificate ${path} cannot be read.`, {
      item,
      value: path,
      remedy: 'Copy the PEM file of that platform’s root certificate there.',
      cause,
    });
  }
}
