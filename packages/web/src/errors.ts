import { VipError } from '@volttron-ts/vip-core';

/** `bind-web-address` is not `https://host:port`. */
export class WebAddressError extends VipError {
  override readonly name = 'WebAddressError';
  constructor(address: string, problem: string, remedy: string) {
    super('web-address', `bind-web-address "${address}" ${problem}.`, {
      item: 'bind-web-address',
      value: address,
      remedy,
    });
  }
}

/** The host name of `bind-web-address` has no address on this machine. */
export class WebNameUnresolvedError extends VipError {
  override readonly name = 'WebNameUnresolvedError';
  constructor(host: string, cause: unknown) {
    super('web-name-unresolved', `The name "${host}" of bind-web-address does not resolve on this machine.`, {
      item: 'bind-web-address',
      value: host,
      remedy: `Add this line to /etc/hosts: 127.0.0.1 ${host}`,
      cause,
    });
  }
}

/** Another process listens there. */
export class WebPortInUseError extends VipError {
  override readonly name = 'WebPortInUseError';
  constructor(address: string, port: number, cause: unknown) {
    super('web-port-in-use', `Port ${port} of bind-web-address ${address} is in use by another process.`, {
      item: 'bind-web-address',
      value: port,
      remedy: 'Stop that process or choose another port.',
      cause,
    });
  }
}

/** The operating system refuses the address or port. */
export class WebBindError extends VipError {
  override readonly name = 'WebBindError';
  constructor(address: string, reason: string, remedy: string, cause: unknown) {
    super('web-bind', `Cannot listen on bind-web-address ${address}: ${reason}.`, {
      item: 'bind-web-address',
      value: address,
      remedy,
      cause,
    });
  }
}

/** The server's certificate and key are unreadable or do not belong together. */
export class WebCertificateError extends VipError {
  override readonly name = 'WebCertificateError';
  constructor(cause: Error) {
    super('web-certificate', `The web server's certificate and key cannot be used: ${cause.message}.`, {
      item: 'web-ssl-cert',
      remedy: 'Give PEM files of a certificate and of its own private key as web-ssl-cert and web-ssl-key.',
      cause,
    });
  }
}

/** The directory of the pages holds none. */
export class PagesMissingError extends VipError {
  override readonly name = 'PagesMissingError';
  constructor(directory: string) {
    super('pages-missing', `There is no index.html in the pages' directory ${directory}.`, {
      item: 'pages',
      value: directory,
      remedy: 'Build the pages: npx nx build @volttron-ts/pages',
    });
  }
}

/** No such resource. */
export class NotFoundError extends VipError {
  override readonly name = 'NotFoundError';
  constructor(path: string) {
    super('not-found', `There is nothing at ${path}.`, { item: 'path', value: path });
  }
}

/** The resource is there, but not for this method. */
export class MethodNotAllowedError extends VipError {
  override readonly name = 'MethodNotAllowedError';
  readonly allow: string;
  constructor(method: string, path: string, allow: string) {
    super('method-not-allowed', `${path} does not take ${method}.`, {
      item: 'method',
      value: method,
      remedy: `Use ${allow}.`,
    });
    this.allow = allow;
  }
}

/** Only for those who are logged in. */
export class LoginRequiredError extends VipError {
  override readonly name = 'LoginRequiredError';
  constructor() {
    super('login-required', 'This needs a login.', {
      item: 'session',
      remedy: 'POST user and password to /api/session, and send the cookie that it answers.',
    });
  }
}

/** Only for those who send an access token. */
export class TokenRequiredError extends VipError {
  override readonly name = 'TokenRequiredError';
  constructor() {
    super('token-required', 'This needs an access token.', {
      item: 'Authorization',
      remedy:
        'POST username and password to /authenticate, and send the access_token as "Authorization: Bearer …"; a cookie opens only what reads.',
    });
  }
}

/** A page of another host tries to act in the user's name. */
export class ForeignOriginError extends VipError {
  override readonly name = 'ForeignOriginError';
  constructor(origin: string) {
    super('foreign-origin', `A page of ${origin} may not do this.`, {
      item: 'Origin',
      value: origin,
      remedy: "Use this platform's own pages, or a program that sends no Origin.",
    });
  }
}

/** The body is not what the resource takes. */
export class UnsupportedMediaTypeError extends VipError {
  override readonly name = 'UnsupportedMediaTypeError';
  constructor(mediaType: string) {
    super('unsupported-media-type', `A body of type "${mediaType}" is not taken here.`, {
      item: 'Content-Type',
      value: mediaType,
      remedy: 'Send application/json.',
    });
  }
}

/** The request cannot be read. */
export class BadRequestError extends VipError {
  override readonly name = 'BadRequestError';
  constructor(message: string, cause?: unknown) {
    super('bad-request', message, { item: 'request', cause });
  }
}

export class BodyTooLargeError extends VipError {
  override readonly name = 'BodyTooLargeError';
  constructor(limit: number) {
    super('body-too-large', `The body is larger than ${limit} bytes.`, { item: 'Content-Length', value: limit });
  }
}

/** The caller asks too often; it may come back. */
export class TooManyRequestsError extends VipError {
  override readonly name = 'TooManyRequestsError';
  constructor(seconds: number) {
    super('too-many-requests', 'Too many requests from this address.', {
      item: 'request',
      remedy: `Wait ${seconds} seconds.`,
    });
  }
}

/** All places for live streams are taken. */
export class TooManyStreamsError extends VipError {
  override readonly name = 'TooManyStreamsError';
  constructor(limit: number) {
    super('too-many-streams', `All ${limit} live streams are in use.`, {
      item: 'stream',
      value: limit,
      remedy: 'Close another page and try again.',
    });
  }
}

/** An agent failed a request, answered what cannot be sent, or left. */
export class AgentFailedError extends VipError {
  override readonly name = 'AgentFailedError';
  constructor(agent: string, why: string) {
    super('agent-failed', `The agent "${agent}" did not answer: ${why}.`, {
      item: 'agent',
      value: agent,
      remedy: "The platform's log says more.",
    });
  }
}

/** An agent took too long over a request. */
export class AgentTimeoutError extends VipError {
  override readonly name = 'AgentTimeoutError';
  constructor(agent: string) {
    super('agent-timeout', `The agent "${agent}" did not answer in time.`, { item: 'agent', value: agent });
  }
}

/** An agent does not let a web socket in. */
export class SocketRefusedError extends VipError {
  override readonly name = 'SocketRefusedError';
  constructor(agent: string) {
    super('socket-refused', `The agent "${agent}" does not let this client in.`, { item: 'agent', value: agent });
  }
}

/** All places for web sockets are taken. */
export class TooManySocketsError extends VipError {
  override readonly name = 'TooManySocketsError';
  constructor(limit: number) {
    super('too-many-sockets', `All ${limit} web sockets are in use.`, {
      item: 'web socket',
      value: limit,
      remedy: 'Close another one and try again.',
    });
  }
}

/** A request for a certificate without the certificate signing request. */
export class CsrMissingError extends VipError {
  override readonly name = 'CsrMissingError';
  constructor(cause?: unknown) {
    super('csr-missing', 'The body is no JSON object with a certificate signing request.', {
      item: 'csr',
      remedy: 'Send a JSON object with the request as PEM text in "csr".',
      cause,
    });
  }
}

/** The original lets whoever comes first make the first user; here the platform makes it when it starts. */
export class FirstUserExistsError extends VipError {
  override readonly name = 'FirstUserExistsError';
  constructor() {
    super('first-user-exists', 'The first user "admin" was made when the platform first started.', {
      item: 'user',
      value: 'admin',
      remedy: 'Log in with the password that its first start has shown.',
    });
  }
}
