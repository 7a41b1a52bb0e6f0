import { VipError } from '@volttron-ts/vip-core';

/** A peer that would hold more subscriptions than one may. */
export class TooManySubscriptionsError extends VipError {
  override readonly name = 'TooManySubscriptionsError';
  constructor(peer: string, limit: number, prefix: string) {
    super('too-many-subscriptions', `"${peer}" holds ${limit} subscriptions, which is the limit.`, {
      item: 'subscription',
      value: prefix.slice(0, 80),
      remedy: 'Subscribe to a shorter prefix instead of to many long ones.',
    });
  }
}

/** An operation that the subsystem does not know. */
export class UnknownOperationError extends VipError {
  override readonly name = 'UnknownOperationError';
  constructor(subsystem: string, operation: string) {
    const value = operation.slice(0, 40);
    super('unknown-operation', `The router's ${subsystem} has no operation ${JSON.stringify(value)}.`, {
      item: 'operation',
      value,
    });
  }
}

/** The text of `protected_topics.json` is no table of protected topics. */
export class ProtectedTopicsInvalidError extends VipError {
  override readonly name = 'ProtectedTopicsInvalidError';
  constructor(why: string, cause?: unknown) {
    super('protected-topics', `The protected topics cannot be read: ${why}.`, {
      item: 'protected topics',
      remedy: 'Write {"write-protect": [{"topic": …, "capabilities": […]}], "read-protect": […]}.',
      cause,
    });
  }
}
