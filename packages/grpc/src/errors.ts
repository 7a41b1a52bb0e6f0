import { VipError } from '@volttron-ts/vip-core';
import type { VipErrorDetails } from '@volttron-ts/vip-core';

/** Options of the channel that cannot be read. */
export class ChannelOptionError extends VipError {
  override readonly name = 'ChannelOptionError';
  constructor(message: string, details: VipErrorDetails) {
    super('grpc-option', message, details);
  }
}

/** A key, a certificate or a root that is missing, unreadable, or does not fit. */
export class ChannelFileError extends VipError {
  override readonly name = 'ChannelFileError';
  constructor(item: string, path: string, why: string, remedy: string, cause?: unknown) {
    super('grpc-file', `${item} ${path} ${why}.`, { item, value: path, remedy, cause });
  }
}

/** A server could not be bound to its target. */
export class BindError extends VipError {
  override readonly name = 'BindError';
  constructor(target: string, why: string, cause: unknown) {
    super('grpc-bind', `The gRPC server cannot listen at ${target}: ${why}.`, {
      item: 'target',
      value: target,
      remedy: 'Choose a free HOST:PORT of this machine.',
      cause,
    });
  }
}

/** Names of gRPC's status codes that this project answers and expects. */
export type StatusName =
  | 'CANCELLED'
  | 'UNKNOWN'
  | 'INVALID_ARGUMENT'
  | 'DEADLINE_EXCEEDED'
  | 'PERMISSION_DENIED'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'UNIMPLEMENTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'
  | 'UNAUTHENTICATED';

/** A call that ends with a status: thrown by handlers, and by calls that fail. */
export class CallError extends VipError {
  override readonly name = 'CallError';
  readonly status: StatusName;
  constructor(status: StatusName, message: string, cause?: unknown) {
    super('grpc-call', message, { item: 'status', value: status, cause });
    this.status = status;
  }
}
