/** What an agent is told of a request: names of CGI, as VOLTTRON forwards them (reference/rmq-web-csr.md §3.2). */
export type RequestEnvironment = Readonly<Record<string, string>>;

/** An agent that answers the requests of a path. */
export interface AgentHandler {
  readonly kind: 'handler';
  /** Its identity, for logs and errors. */
  readonly agent: string;
  /** How its answers are read. */
  readonly format: 'jsonrpc' | 'raw';
  /** Asks it. `data` is the body, parsed when it is JSON, else text. Rejects when the agent fails, hangs or leaves. */
  call(environment: RequestEnvironment, data: unknown): Promise<unknown>;
}

/** A directory that an agent has the platform serve. */
export interface AgentFiles {
  readonly kind: 'files';
  readonly agent: string;
  /** Its real path; a request's path is below it, whole. */
  readonly directory: string;
}

/** A client of a web socket. */
export interface SocketClient {
  readonly address: string;
  /** Text as UTF-8, which is not copied. */
  send(text: Uint8Array): void;
  close(reason: string): void;
}

/** An endpoint where an agent takes web sockets. */
export interface AgentSockets {
  readonly agent: string;
  /** Asks the agent whether a client of this address may come in. Rejects when it fails, hangs or leaves. */
  opened(address: string): Promise<boolean>;
  /** From now on the client gets what the agent sends; false when the endpoint is gone. */
  join(client: SocketClient): boolean;
  /** Hands a client's message on; settles when the agent has taken it, or could not. */
  received(text: string): Promise<void>;
  /** The client has gone, or never came although the agent let it in. */
  left(client: SocketClient | undefined): void;
}

/** What agents serve below the platform's address, never a path of the platform's own. */
export interface AgentRoutes {
  /** Whose a path is; undefined when nobody's. */
  find(path: string): AgentHandler | AgentFiles | undefined;
  /** Who takes web sockets at a path. */
  sockets(path: string): AgentSockets | undefined;
}
