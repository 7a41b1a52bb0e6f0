import type { Metadata } from './codec/metadata.ts';
import type { MechanismName } from './mechanism/mechanism.ts';

/** What is known of a peer before READY (the content of a ZAP request, and more). */
export interface AuthenticationRequest {
  readonly mechanism: MechanismName;
  /** 32 bytes, verified; undefined under NULL. */
  readonly publicKey: Buffer | undefined;
  /** The routing id the peer claims; empty when it wants an automatic one. */
  readonly identity: Buffer;
  readonly domain: string;
  /** The peer's IP, or `localhost` on ipc. */
  readonly address: string;
  readonly metadata: Metadata;
}

/** 300: not yet, it may come again; 400: no; 500: the authenticator failed. */
export type AuthenticationDecision =
  | { readonly status: 200; readonly userId: string; readonly metadata?: Readonly<Record<string, string>> }
  | { readonly status: 300 | 400 | 500; readonly text: string };

export type Authenticator = (
  request: AuthenticationRequest,
) => AuthenticationDecision | Promise<AuthenticationDecision>;
