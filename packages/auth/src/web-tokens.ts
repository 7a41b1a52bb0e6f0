import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

import type { Clock } from '@volttron-ts/vip-core';

import { WebTokenInvalidError, WebTokenKeyError } from './errors.ts';
import type { Secret } from './secret.ts';
import type { WebSession } from './web-users.ts';

type GrantType = 'access_token' | 'refresh_token';

/** In seconds (reference/rmq-web-csr.md §3.5). */
const LIFE: Readonly<Record<GrantType, number>> = { access_token: 15 * 60, refresh_token: 240 * 60 };
const LEAST_RSA_BITS = 2048;

// Agents use this package and issue no tokens: jose costs a process 10 MB.
const loadJose = async (): Promise<typeof import('jose')> => import('jose');

/** Who may have tokens; fits WebUsers. */
export interface WebTokenUsers {
  /** Throws LoginRefusedError, LoginThrottledError. */
  check(user: string, password: Secret): Promise<WebSession>;
  find(user: string): Promise<WebSession | undefined>;
}

export interface WebTokensOptions {
  readonly users: WebTokenUsers;
  /** PEM: the web server's private key, whose kind says by which algorithm tokens are signed. */
  readonly privateKey: string;
  /** Instances may share a key; each takes its own tokens only. */
  readonly instanceName: string;
  readonly clock: Clock;
}

/** As `/authenticate` answers them. */
export interface WebTokenPair {
  readonly refresh_token: string;
  readonly access_token: string;
}

/**
 * VOLTTRON's web tokens: JWT with the claims `groups`, `iat`, `nbf`, `exp` and `grant_type`, and here also `sub` and `iss`.
 * An access token lives 15 minutes, a refresh token, which only gives new access tokens, four hours. What a user may do is
 * read from the users' file each time: a token of a user who is gone is worth nothing.
 */
export class WebTokens {
  readonly #users: WebTokenUsers;
  readonly #clock: Clock;
  readonly #issuer: string;
  readonly #algorithm: string;
  readonly #privateKey: KeyObject;
  readonly #publicKey: KeyObject;

  /** Throws WebTokenKeyError. */
  constructor({ users, privateKey, instanceName, clock }: WebTokensOptions) {
    this.#users = users;
    this.#clock = clock;
    this.#issuer = instanceName;
    this.#privateKey = keyOf(privateKey);
    this.#publicKey = createPublicKey(this.#privateKey);
    this.#algorithm = algorithmOf(this.#privateKey);
  }

  /** Throws LoginRefusedError, LoginThrottledError. */
  async login(user: string, password: Secret): Promise<WebTokenPair> {
    const session = await this.#users.check(user, password);
    return {
      refresh_token: await this.#issue(session, 'refresh_token'),
      access_token: await this.#issue(session, 'access_token'),
    };
  }

  /** A new access token for a refresh token. Throws WebTokenInvalidError, also for a user without any group. */
  async renew(refreshToken: string): Promise<string> {
    const session = await this.#verify(refreshToken, 'refresh_token');
    if (session.roles.length === 0) throw new WebTokenInvalidError('refresh token', 'its user is in no group');
    return this.#issue(session, 'access_token');
  }

  /** Whose an access token is; the roles are those of now. Throws WebTokenInvalidError. */
  verify(accessToken: string): Promise<WebSession> {
    return this.#verify(accessToken, 'access_token');
  }

  async #issue({ user, roles }: WebSession, kind: GrantType): Promise<string> {
    const { SignJWT } = await loadJose();
    const now = Math.floor(this.#clock.now() / 1000);
    return new SignJWT({ groups: roles, grant_type: kind })
      .setProtectedHeader({ alg: this.#algorithm, typ: 'JWT' })
      .setIssuer(this.#issuer)
      .setSubject(user)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + LIFE[kind])
      .sign(this.#privateKey);
  }

  async #verify(token: string, kind: GrantType): Promise<WebSession> {
    const name = kind.replace('_', ' ');
    const { errors, jwtVerify } = await loadJose();
    const { payload } = await jwtVerify(token, this.#publicKey, {
      algorithms: [this.#algorithm],
      issuer: this.#issuer,
      requiredClaims: ['sub', 'exp', 'grant_type'],
      currentDate: new Date(this.#clock.now()),
    }).catch((error: unknown) => {
      const expired = error instanceof errors.JWTExpired;
      throw new WebTokenInvalidError(name, expired ? 'it has expired' : 'it is not one of ours', error);
    });
    if (payload['grant_type'] !== kind) throw new WebTokenInvalidError(name, 'it is the other kind of token');
    const session = await this.#users.find(payload.sub ?? '');
    if (session === undefined) throw new WebTokenInvalidError(name, 'its user is gone');
    return session;
  }
}

const algorithms: Readonly<Record<string, string>> = { ed25519: 'EdDSA', prime256v1: 'ES256', secp384r1: 'ES384' };

/** By the key alone, never by what a token says. Throws WebTokenKeyError. */
function algorithmOf({ asymmetricKeyType: type = 'rsa', asymmetricKeyDetails: details }: KeyObject): string {
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    if (bits < LEAST_RSA_BITS) throw new WebTokenKeyError(`RSA of ${bits} bits`);
    return 'RS256';
  }
  const kind = details?.namedCurve ?? type;
  const algorithm = algorithms[kind];
  if (algorithm === undefined) throw new WebTokenKeyError(kind);
  return algorithm;
}

function keyOf(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new WebTokenKeyError('none that can be read', error);
  }
}
