/** What an error says besides its message. */
export interface VipErrorDetails {
  /** What is wrong: the name of the option, file, address, topic or message. */
  readonly item?: string | undefined;
  /** The offending value, already safe to show. */
  readonly value?: unknown;
  /** What the reader can do about it. */
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Base of every error that crosses a room's door: a stable `code`, and what a person needs to go on. */
export class VipError extends Error {
  override readonly name: string = 'VipError';
  readonly code: string;
  readonly item: string | undefined;
  readonly value: unknown;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, details: VipErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.item = details.item;
    this.value = details.value;
    this.remedy = details.remedy;
  }

  /** One line for a log or a terminal: message and way out. */
  get line(): string {
    return this.remedy === undefined ? this.message : `${this.message} ${this.remedy}`;
  }
}

/** The recipient is not on the bus (errno 113). */
export class UnreachableError extends VipError {
  override readonly name = 'UnreachableError';
  constructor(peer: string, message = `No peer "${peer}" is connected.`) {
    super('unreachable', message, { item: 'peer', value: peer });
  }
}

/** A queue on the way is full, or the platform cannot keep the message now; the sender may try again (errno 11). */
export class AgainError extends VipError {
  override readonly name = 'AgainError';
  constructor(peer: string, message = `The queue of "${peer}" is full.`) {
    super('again', message, { item: 'peer', value: peer, remedy: 'Try again later.' });
  }
}

/** The recipient does not know the subsystem (errno 93). */
export class UnknownSubsystemError extends VipError {
  override readonly name = 'UnknownSubsystemError';
  constructor(subsystem: string, peer: string) {
    super('unknown-subsystem', `"${peer === '' ? 'the router' : peer}" does not know the subsystem "${subsystem}".`, {
      item: 'subsystem',
      value: subsystem,
    });
  }
}

/** The caller's capabilities do not allow it (code -32001). */
export class UnauthorizedError extends VipError {
  override readonly name = 'UnauthorizedError';
  constructor(message: string, details: VipErrorDetails = {}) {
    super('unauthorized', message, details);
  }
}

/** Bytes that do not follow the protocol. */
export class ProtocolError extends VipError {
  override readonly name = 'ProtocolError';
  constructor(message: string, details: VipErrorDetails = {}) {
    super('protocol', message, details);
  }
}

/** No answer came in time. */
export class TimeoutError extends VipError {
  override readonly name = 'TimeoutError';
  constructor(what: string, milliseconds: number) {
    super('timeout', `No answer to ${what} after ${milliseconds / 1000} seconds.`, { item: what });
  }
}

/** The connection was closed by this side, or ended while an answer was awaited. */
export class ClosedError extends VipError {
  override readonly name = 'ClosedError';
  constructor(what: string) {
    super('closed', `${what} is closed.`, { item: what });
  }
}

/** The other platform's operator denied this key. */
export class DeniedError extends VipError {
  override readonly name = 'DeniedError';
  constructor(address: string, credential: string) {
    super('denied', `The platform at ${address} denies the key ${credential}.`, {
      item: 'credential',
      value: credential,
      remedy: 'Ask its operator to approve the key (vctl auth remote approve).',
    });
  }
}

/** A configuration value or an argument of the caller's is wrong. */
export class InvalidValueError extends VipError {
  override readonly name: string = 'InvalidValueError';
  constructor(item: string, value: unknown, message: string, remedy?: string) {
    super('invalid-value', message, { item, value, remedy });
  }
}

/** What was named does not exist; Python callers know it as KeyError. */
export class UnknownKeyError extends VipError {
  override readonly name: string = 'UnknownKeyError';
  constructor(item: string, value: unknown, message: string) {
    super('unknown-key', message, { item, value });
  }
}

/** An error object of JSON-RPC that a peer answered. */
export class RemoteError extends VipError {
  override readonly name = 'RemoteError';
  /** JSON-RPC code: -32601 unimplemented method, -32602 bad parameters, -32000 an exception in the method … */
  readonly rpcCode: number;
  readonly data: unknown;
  constructor(peer: string, method: string, rpcCode: number, message: string, data: unknown) {
    super('remote', `"${peer}" failed ${method}: ${message} (${rpcCode}).`, { item: method, value: peer });
    this.rpcCode = rpcCode;
    this.data = data;
  }
}

/** A destination journal that misses what stands before an append (design §4.5). */
export class JournalGapError extends VipError {
  override readonly name = 'JournalGapError';
  readonly epoch: string;
  /** The last sequence the destination holds of that epoch. */
  readonly expected: number;
  constructor(epoch: string, expected: number) {
    super('journal-gap', `The destination holds epoch ${epoch} up to ${expected}.`, { item: 'epoch', value: epoch });
    this.epoch = epoch;
    this.expected = expected;
  }
}

/** A topic or prefix that no bus takes. */
export class TopicInvalidError extends VipError {
  override readonly name = 'TopicInvalidError';
  constructor(item: 'topic' | 'prefix', text: string, why: string) {
    super('invalid-topic', `The ${item} ${JSON.stringify(text.slice(0, 80))} ${why}.`, {
      item,
      value: text.slice(0, 80),
    });
  }
}
