import { VipError } from '@volttron-ts/vip-core';

export class RequestUnknownError extends VipError {
  override readonly name = 'RequestUnknownError';
  constructor(id: string) {
    super('request-unknown', `There is no request ${id}.`, {
      item: 'request',
      value: id,
      remedy:
        'List the requests anew: one that waits too long among too many is dropped, and comes back under a new id.',
    });
  }
}

/** A later decision about the same key took this request's place. */
export class RequestSupersededError extends VipError {
  override readonly name = 'RequestSupersededError';
  readonly supersededBy: string;
  constructor(id: string, supersededBy: string) {
    super('request-superseded', `The request ${id} was superseded by ${supersededBy}.`, {
      item: 'request',
      value: id,
      remedy: `Decide on ${supersededBy}.`,
    });
    this.supersededBy = supersededBy;
  }
}

/** The decision is kept, its effect is not there yet; it is tried again until it succeeds. */
export class StepPendingError extends VipError {
  override readonly name = 'StepPendingError';
  constructor(id: string, decision: string, cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause);
    super('step-pending', `The request ${id} is ${decision}, but that has no effect yet and is tried again: ${why}`, {
      item: 'request',
      value: id,
      cause,
    });
  }
}

/** A configured certificate plugin cannot be loaded. */
export class PluginUnloadableError extends VipError {
  override readonly name = 'PluginUnloadableError';
  constructor(plugin: string, why: string, cause?: unknown) {
    super('plugin-unloadable', `The certificate plugin "${plugin}" cannot be loaded: ${why}.`, {
      item: 'certificate-plugins',
      value: plugin,
      remedy: 'Name instance-ca, manual, acme, or an npm package that is installed in the home of the instance.',
      cause,
    });
  }
}

/** A plugin could not say whether it serves an order. */
export class PluginFailedError extends VipError {
  override readonly name = 'PluginFailedError';
  constructor(plugin: string, why: string) {
    super('plugin-failed', `The certificate plugin "${plugin}" failed: ${why}.`, {
      item: 'certificate-plugins',
      value: plugin,
      remedy: 'See the log of the platform, and the plugin’s own documentation.',
    });
  }
}
