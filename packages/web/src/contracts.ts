import type { Clock, DiscoveryDocument, KeyRequest, LivePoint, Logger } from '@volttron-ts/vip-core';

/** The pending keys, and the two decisions a person takes on them. */
export interface KeyRequests {
  list(): readonly KeyRequest[] | Promise<readonly KeyRequest[]>;
  /** `by` is the user's name, for the audit. Rejects with a VipError for an id that is not known. */
  approve(id: string, by: string): unknown;
  deny(id: string, by: string): unknown;
}

/** Web users: a password becomes a token, a token becomes a user. */
export interface WebLogin {
  /** Undefined when user or password is wrong. */
  login(user: string, password: string): Promise<string | undefined>;
  /** The user's name; undefined when the token is not or no longer valid. */
  verify(token: string): Promise<string | undefined>;
}

/** The points that arrive on the bus, for plots. */
export interface LiveFeed {
  /** The last point of each topic. */
  latest(): readonly LivePoint[];
  /** Hears every later batch; the function it answers stops that. */
  subscribe(listener: (points: readonly LivePoint[]) => void): () => void;
}

export interface WebOptions {
  /** `bind-web-address`: `https://host:port`; port 0 takes a free one. */
  readonly bindAddress: string;
  /** PEM: the server's certificate, then its chain. */
  readonly certificate: string;
  /** PEM. */
  readonly privateKey: string;
  /** The directory of the built pages; without it there are none. */
  readonly pages?: string;
  readonly discovery: () => DiscoveryDocument;
  readonly login: WebLogin;
  readonly keyRequests: KeyRequests;
  readonly live: LiveFeed;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface WebServer {
  /** `https://host:port` with the port resolved. */
  readonly address: string;
  close(): Promise<void>;
}
