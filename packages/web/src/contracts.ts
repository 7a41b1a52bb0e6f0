import type { Secret, WebSession, WebTokenPair } from '@volttron-ts/auth';
import type { CertificateEnrolment, Decision } from '@volttron-ts/enrolment';
import type { Clock, DiscoveryDocument, KeyRequest, LivePoint, Logger } from '@volttron-ts/vip-core';
import type { AgentRoutes } from './agent-routes.ts';

/** The keys that asked to connect, and the two decisions on them; fits Enrolment. */
export interface KeyRequests {
  list(): Promise<readonly KeyRequest[]>;
  approve(id: string, decision: Decision): Promise<unknown>;
  deny(id: string, decision: Decision): Promise<unknown>;
  /** Takes it off the list. */
  remove(id: string, decision: Decision): Promise<unknown>;
}

/** The certificate requests of other instances; fits CertificateEnrolment. */
export type CertificateRequests = Pick<
  CertificateEnrolment,
  'submit' | 'list' | 'find' | 'approve' | 'deny' | 'remove'
>;

/** A password becomes a token, a token becomes a user; fits WebUsers. */
export interface WebLogin {
  /** Throws LoginRefusedError, LoginThrottledError. */
  login(user: string, password: Secret): Promise<string>;
  /** Throws SessionInvalidError. */
  verify(token: string): Promise<WebSession>;
}

/** VOLTTRON's tokens, for programs that have no session; fits WebTokens. */
export interface TokenLogin {
  /** Throws LoginRefusedError, LoginThrottledError. */
  login(user: string, password: Secret): Promise<WebTokenPair>;
  /** A refresh token becomes another access token. Throws WebTokenInvalidError. */
  renew(refreshToken: string): Promise<string>;
  /** Whose access token it is; the groups are those of now. Throws WebTokenInvalidError. */
  verify(accessToken: string): Promise<WebSession>;
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
  readonly tokens: TokenLogin;
  readonly keyRequests: KeyRequests;
  /** Certificate requests of other instances; without them there is no `/csr/request_new`. */
  readonly certificates?: CertificateRequests | undefined;
  readonly live: LiveFeed;
  readonly agents: AgentRoutes;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface WebServer {
  /** `https://host:port` with the port resolved. */
  readonly address: string;
  close(): Promise<void>;
}
