import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { FileUnreadableError } from '@volttron-ts/storage';
import type { Clock } from '@volttron-ts/vip-core';

import { SecretFileInvalidError, SessionInvalidError } from './errors.ts';
import { createFileOnce } from './exclusive-file.ts';

const ISSUER = 'volttron-web';
const LIFE_SECONDS = 15 * 60;

// Agents use this package and issue no tokens: jose costs a process 10 MB.
const loadJose = async (): Promise<typeof import('jose')> => import('jose');

/** Signs and checks session tokens: JWT with HS256, for 15 minutes, by a secret that lies in a file of mode 0600. */
export class SessionTokens {
  readonly #secret: Uint8Array;
  readonly #clock: Clock;

  private constructor(secret: Uint8Array, clock: Clock) {
    this.#secret = secret;
    this.#clock = clock;
  }

  /** Makes the secret on first use. Throws SecretFileInvalidError, FileUnreadableError, FileUnwritableError. */
  static async open(path: string, clock: Clock): Promise<SessionTokens> {
    await createFileOnce(path, randomBytes(48).toString('base64url'), 0o600);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      throw new FileUnreadableError(path, error);
    });
    if (text.trim().length < 32) throw new SecretFileInvalidError(path);
    return new SessionTokens(new TextEncoder().encode(text.trim()), clock);
  }

  async issue(user: string): Promise<string> {
    const { SignJWT } = await loadJose();
    const now = Math.floor(this.#clock.now() / 1000);
    return new SignJWT()
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setIssuer(ISSUER)
      .setSubject(user)
      .setIssuedAt(now)
      .setNotBefore(now)
      .setExpirationTime(now + LIFE_SECONDS)
      .sign(this.#secret);
  }

  /** The user a token was issued to. Throws SessionInvalidError. */
  async verify(token: string): Promise<string> {
    const { errors, jwtVerify } = await loadJose();
    try {
      const { payload } = await jwtVerify(token, this.#secret, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        requiredClaims: ['sub', 'exp'],
        currentDate: new Date(this.#clock.now()),
      });
      return payload.sub ?? '';
    } catch (error) {
      const expired = error instanceof errors.JWTExpired;
      throw new SessionInvalidError(expired ? 'it has expired' : 'the token is not one of ours', error);
    }
  }
}
