/** What an error says besides its message. */
interface Details {
  readonly item: string;
  readonly value?: unknown;
  readonly remedy?: string | undefined;
  readonly cause?: unknown;
}

/** Base of every error of this room: a stable `code`, and what a person needs to go on. */
export class ZmtpError extends Error {
  override readonly name: string = 'ZmtpError';
  readonly code: string;
  readonly item: string;
  readonly value: unknown;
  readonly remedy: string | undefined;

  constructor(code: string, message: string, details: Details) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.item = details.item;
    this.value = details.value;
    this.remedy = details.remedy;
  }
}

const because = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

export class EndpointError extends ZmtpError {
  override readonly name = 'EndpointError';
  constructor(endpoint: string, problem: string) {
    super('endpoint', `The endpoint "${endpoint}" cannot be used: ${problem}.`, {
      item: 'endpoint',
      value: endpoint,
      remedy: 'Write tcp://host:port, tcp://[::1]:port, tcp://*:port, ipc:///path or ipc://@name.',
    });
  }
}

export class BindError extends ZmtpError {
  override readonly name = 'BindError';
  constructor(endpoint: string, cause: unknown) {
    super('bind', `The endpoint "${endpoint}" cannot be listened on: ${because(cause)}.`, {
      item: 'endpoint',
      value: endpoint,
      remedy: 'Stop the process that holds it, choose another one, or check the folder and its mode.',
      cause,
    });
  }
}

export class SocketUseError extends ZmtpError {
  override readonly name = 'SocketUseError';
  constructor(problem: string) {
    super('socket-use', problem, { item: 'socket', remedy: 'Make a new socket.' });
  }
}

export class IdentityError extends ZmtpError {
  override readonly name = 'IdentityError';
  constructor(identity: Uint8Array) {
    super('identity', `The identity of ${identity.length} bytes cannot be used as a routing id.`, {
      item: 'identity',
      value: identity,
      remedy: 'Choose 0 to 255 bytes, the first of them not zero.',
    });
  }
}

export class Z85Error extends ZmtpError {
  override readonly name = 'Z85Error';
  /** The text is not part of the error: it may be a secret key. */
  constructor(problem: string) {
    super('z85', `The Z85 text is not valid: ${problem}.`, {
      item: 'Z85 text',
      remedy: 'Z85 writes 4 bytes as 5 characters of 0-9 a-z A-Z .-:+=^!/*?&<>()[]{}@%$#.',
    });
  }
}

/** The key is not part of the error: it may be a secret one. */
export class KeyError extends ZmtpError {
  override readonly name = 'KeyError';
  constructor(item: string, length: number) {
    super('key', `The ${item} has ${length} bytes instead of 32.`, {
      item,
      value: length,
      remedy: 'Give the 32 raw bytes; decode Z85 or base64 text first.',
    });
  }
}

/** The peer broke the protocol; its connection is closed. */
export class ProtocolError extends ZmtpError {
  override readonly name = 'ProtocolError';
  constructor(problem: string, value?: unknown) {
    super('protocol', `The peer does not follow ZMTP: ${problem}.`, {
      item: 'peer',
      value,
      remedy: 'Check that a ZMTP 3 peer with the same mechanism is at the other end.',
    });
  }
}

/** A box did not open, or its content contradicts the keys: wrong key, tampering or replay. */
export class CryptoError extends ZmtpError {
  override readonly name = 'CryptoError';
  constructor(command: string, problem: string) {
    super('crypto', `The CURVE command ${command} is refused: ${problem}.`, {
      item: command,
      remedy: 'Check the server key that the client was given, and the key pair of each side.',
    });
  }
}

/** The server's answer to our handshake: 300 pending, 301 identity in use, 400 denied, 500 its own failure. */
export class RefusedError extends ZmtpError {
  override readonly name = 'RefusedError';
  readonly status: number;
  constructor(endpoint: string, status: number, reason: string) {
    super('refused', `The peer at "${endpoint}" refused the connection: ${reason}.`, {
      item: 'endpoint',
      value: endpoint,
      remedy:
        status === 300 || status === 301
          ? 'Wait until the key is approved there, or the other connection with this identity has ended.'
          : 'Ask for approval of the key there, or check it.',
    });
    this.status = status;
  }
}

/** Our own answer to a peer's handshake, for the monitor. */
export class DeniedError extends ZmtpError {
  override readonly name = 'DeniedError';
  readonly status: number;
  constructor(status: number, why: string) {
    super('denied', `The peer was answered ${status}: ${why}.`, { item: 'peer', value: status });
    this.status = status;
  }
}

/** A handler or the authenticator of the socket's owner threw. */
export class HandlerError extends ZmtpError {
  override readonly name = 'HandlerError';
  constructor(handler: string, cause: unknown) {
    super('handler', `The handler "${handler}" failed: ${because(cause)}.`, { item: handler, cause });
  }
}
