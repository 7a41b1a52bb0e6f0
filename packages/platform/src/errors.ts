import type { AuthEntryExistsError } from '@volttron-ts/auth';
import { InvalidValueError, UnknownKeyError, VipError } from '@volttron-ts/vip-core';

/** A certificate or key of the instance's own CA that is there but cannot be used; it is never replaced by itself. */
export class CertificateFileError extends VipError {
  override readonly name = 'CertificateFileError';
  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message.replace(/\.$/, '') : String(cause);
    super('certificate-file', `The file "${path}" cannot be used: ${why}.`, {
      item: 'certificate',
      value: path,
      remedy: 'Put a copy back; or move it and its companion away, whereupon new ones are made.',
      cause,
    });
  }
}

/** `auth_file.add` and `update_by_index` in the words of the original, which scripts look for. */
export class EntryTakenError extends VipError {
  override readonly name = 'EntryTakenError';
  constructor(cause: AuthEntryExistsError) {
    const what =
      cause.item === 'user_id'
        ? `user_id ${String(cause.value)} is already in use`
        : 'entry matches domain, address and credentials';
    super('auth-entry-exists', `${what} at index [${cause.index}]`, { item: cause.item, value: cause.value, cause });
  }
}

/** Credentials of mechanism CURVE that are no key, in the words of the original. */
export class PublicKeyInvalidError extends VipError {
  override readonly name = 'PublicKeyInvalidError';
  constructor(given: string) {
    super('auth-entry-invalid', `Invalid CURVE public key ${given}`, { item: 'credentials', value: given });
  }
}

/** What a method of this identity demands cannot be changed. */
export class MethodAuthorizationError extends VipError {
  override readonly name = 'MethodAuthorizationError';
  constructor(identity: string, why: string) {
    super('method-authorization', `The methods of "${identity}" cannot be authorized: ${why}.`, {
      item: 'identity',
      value: identity,
      remedy: 'vctl auth list shows the identities of agents.',
    });
  }
}

/** A configuration that its type cannot read, or that leads back to itself; the texts are those of the original. */
export class ConfigInvalidError extends InvalidValueError {
  override readonly name = 'ConfigInvalidError';
  constructor(config: string, message: string) {
    super('configuration', config, message);
  }
}

/** An agent has no configuration of this name; the text, misspelling and all, is what callers look for. */
export class ConfigUnknownError extends UnknownKeyError {
  override readonly name = 'ConfigUnknownError';
  constructor(identity: string, config: string) {
    super('configuration', config, `No configuration file "${config}" for VIP IDENTIY ${identity}`);
  }
}

/** The file of a store cannot be read; it is never written over. */
export class StoreUnreadableError extends VipError {
  override readonly name = 'StoreUnreadableError';
  constructor(path: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('config-store-unreadable', `The configuration store "${path}" cannot be read: ${why}.`, {
      item: 'configuration store',
      value: path,
      remedy: 'Correct the file, or move it away to begin an empty store.',
      cause,
    });
  }
}

/** An agent that was sent to be installed did not arrive whole. */
export class UploadError extends VipError {
  override readonly name = 'UploadError';
  constructor(why: string) {
    super('upload', `The agent was not received: ${why}.`, { item: 'agent package', remedy: 'Send it again.' });
  }
}

/** An agent would get a user name or a key that belongs to somebody else. */
export class AgentEntryTakenError extends VipError {
  override readonly name = 'AgentEntryTakenError';
  constructor(item: 'user_id' | 'credentials', value: string) {
    const what = item === 'user_id' ? `The user_id ${value}` : `The key ${value}`;
    super('agent-entry-taken', `${what} is another user's.`, {
      item,
      value,
      remedy: 'Give the agent another VIP identity or key, or remove that entry (vctl auth list, vctl auth remove).',
    });
  }
}

/** `register_endpoint`, `register_websocket`: another peer has the endpoint; the words are those of the original. */
export class DuplicateEndpointError extends VipError {
  override readonly name = 'DuplicateEndpointError';
  constructor(endpoint: string, owner: string) {
    super('duplicate-endpoint', `Endpoint ${endpoint} is already an endpoint`, {
      item: 'endpoint',
      value: endpoint,
      remedy: `It is that of "${owner}"; take another one.`,
    });
  }
}

/** A route that the platform does not give to agents. */
export class RouteRefusedError extends InvalidValueError {
  override readonly name = 'RouteRefusedError';
  constructor(item: string, value: string, why: string, remedy: string) {
    super(item, value, `"${value}" cannot be served for an agent: ${why}.`, remedy);
  }
}

/** A regular expression for paths that is none, or could not be matched in a bounded time. */
export class RouteExpressionError extends InvalidValueError {
  override readonly name = 'RouteExpressionError';
  constructor(source: string, why: string) {
    super(
      'regex',
      source,
      `"${source}" cannot be an expression for paths: ${why}.`,
      'Use characters, classes, groups, "|", repetitions, "^" and "$"; they are matched in a time that no path can stretch.',
    );
  }
}

/** Only the peer that registered a web socket may use it. */
export class NotOwnerError extends VipError {
  override readonly name = 'NotOwnerError';
  constructor(endpoint: string, peer: string) {
    super('not-owner', `The web socket ${endpoint} is not registered by "${peer}".`, {
      item: 'endpoint',
      value: endpoint,
      remedy: 'Register it first (register_websocket).',
    });
  }
}

/** This platform takes no certificate requests. */
export class RequestsNotServedError extends VipError {
  override readonly name = 'RequestsNotServedError';
  constructor() {
    super('requests-not-served', 'This platform takes no certificate requests.', {
      item: 'enable-csr',
      value: false,
      remedy: 'Set "enable-csr = True" and "bind-web-address" in its configuration, and start it again.',
    });
  }
}

/** The bus is to be RabbitMQ, and nothing says where. */
export class RabbitNotSetUpError extends VipError {
  override readonly name = 'RabbitNotSetUpError';
  constructor(path: string, why = 'it is missing') {
    super('rabbit-not-set-up', `${path} does not say which broker to use: ${why}.`, {
      item: 'rabbitmq_config.yml',
      value: path,
      remedy: 'Run vcfg rabbitmq single, or set message-bus = zmq.',
    });
  }
}

/** A request for a certificate in the name of one of the platform's own. */
export class OwnNameError extends InvalidValueError {
  override readonly name = 'OwnNameError';
  constructor(name: string) {
    super(
      'certificate name',
      name,
      `"${name}" is a name of this platform's own.`,
      'Deny the request; its sender takes another identity.',
    );
  }
}
