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
