/** What a peer shows when it connects. */
export interface AuthenticationRequest {
  readonly mechanism: 'NULL' | 'PLAIN' | 'CURVE';
  /** The 43-character key of a CURVE peer. */
  readonly credential?: string;
  /** The identity it claims. */
  readonly identity: string;
  readonly domain: string;
  /** IP address, or `localhost` for ipc. */
  readonly address: string;
}

/** ZAP's answer (RFC 27): 200 with the user; 300 wait for approval; 400 denied. */
export type AuthenticationDecision =
  { readonly status: 200; readonly user: string } | { readonly status: 300 | 400 | 500; readonly text: string };

/** Decides, from memory, who may connect and under which name. */
export interface Authenticator {
  authenticate(request: AuthenticationRequest): AuthenticationDecision;
}

/** Decides what an authenticated user may do. */
export interface Authorizer {
  allows(user: string, capability: string): boolean;
}

/** Gives and takes access; each step may be repeated. */
export interface AccessGrant {
  grant(access: { readonly credential: string; readonly identity: string; readonly comment: string }): Promise<void>;
  /** Ends access and live sessions. */
  withdraw(access: { readonly credential: string; readonly comment: string }): Promise<void>;
}
