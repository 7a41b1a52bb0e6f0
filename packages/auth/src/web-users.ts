import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { FileMissingError, readJsonFile, writeJsonFile } from '@volttron-ts/storage';
import type { Clock } from '@volttron-ts/vip-core';

import { LoginRefusedError, LoginThrottledError, SessionInvalidError, WebUsersInvalidError } from './errors.ts';
import { LoginThrottle } from './login-throttle.ts';
import { hashPassword, isPasswordHash, verifyPassword } from './password-hash.ts';
import { Secret } from './secret.ts';
import { SessionTokens } from './session-tokens.ts';
import { Turns } from './turns.ts';

/** Who is logged in. */
export interface WebSession {
  readonly user: string;
  /** The groups of the users file, such as `admin`. */
  readonly roles: readonly string[];
}

interface WebUser {
  readonly hashed_password: string;
  readonly groups: readonly string[];
}

export interface WebUsersOptions {
  readonly home: string;
  readonly clock: Clock;
}

const ADMIN = 'admin';
const ADMIN_GROUPS = ['admin', 'vui'];
const PASSWORD_BYTES = 15;

/** The people who use the pages: `web-users.json`, in VOLTTRON's form, and their sessions. */
export class WebUsers {
  readonly #path: string;
  readonly #tokens: SessionTokens;
  readonly #throttle: LoginThrottle;
  readonly #turns = new Turns();
  /** What an unknown user's password is compared with, so that both kinds of refusal take the same time. */
  readonly #decoy: Promise<string>;

  private constructor(path: string, tokens: SessionTokens, clock: Clock) {
    this.#path = path;
    this.#tokens = tokens;
    this.#throttle = new LoginThrottle(clock);
    this.#decoy = hashPassword(newPassword());
  }

  static async open({ home, clock }: WebUsersOptions): Promise<WebUsers> {
    return new WebUsers(
      join(home, 'web-users.json'),
      await SessionTokens.open(join(home, 'web-session-secret'), clock),
      clock,
    );
  }

  /** Makes the user `admin` if there is nobody yet, and answers the password, of which only a hash is kept. */
  ensureAdmin(): Promise<Secret | undefined> {
    return this.#turns.take(async () => {
      if ((await this.#read()).size > 0) return undefined;
      const password = newPassword();
      await this.#write(new Map([[ADMIN, { hashed_password: await hashPassword(password), groups: ADMIN_GROUPS }]]));
      return password;
    });
  }

  /** Makes a user, or gives one another password; `groups` stay as they are unless given. */
  setPassword(user: string, password: Secret, groups?: readonly string[]): Promise<void> {
    return this.#turns.take(async () => {
      const users = await this.#read();
      const kept = groups ?? users.get(user)?.groups ?? [];
      await this.#write(
        users.set(user, { ...users.get(user), hashed_password: await hashPassword(password), groups: kept }),
      );
    });
  }

  /** Answers a session token. Throws LoginRefusedError, LoginThrottledError. */
  async login(user: string, password: Secret): Promise<string> {
    await this.check(user, password);
    return this.#tokens.issue(user);
  }

  /** Whose password it is. Throws LoginRefusedError, LoginThrottledError. */
  async check(user: string, password: Secret): Promise<WebSession> {
    const wait = this.#throttle.begin(user);
    if (wait > 0) throw new LoginThrottledError(user, wait);
    const known = (await this.#read()).get(user);
    const matches = await verifyPassword(password, known?.hashed_password ?? (await this.#decoy));
    if (known === undefined || !matches) throw new LoginRefusedError();
    this.#throttle.succeed(user);
    return { user, roles: known.groups };
  }

  /** Whose session a token is; the roles are those of now. Throws SessionInvalidError. */
  async verify(token: string): Promise<WebSession> {
    const user = await this.#tokens.verify(token);
    const session = await this.find(user);
    if (session === undefined) throw new SessionInvalidError(`the user "${user}" is gone`);
    return session;
  }

  /** A user as of now. */
  async find(user: string): Promise<WebSession | undefined> {
    const known = (await this.#read()).get(user);
    return known && { user, roles: known.groups };
  }

  async #read(): Promise<Map<string, WebUser>> {
    let document: unknown;
    try {
      document = await readJsonFile(this.#path);
    } catch (error) {
      if (error instanceof FileMissingError) return new Map();
      throw error;
    }
    if (typeof document !== 'object' || document === null || Array.isArray(document)) {
      throw new WebUsersInvalidError(this.#path, 'it is no JSON object');
    }
    return new Map(Object.entries(document).map(([name, user]) => [name, this.#readUser(name, user)]));
  }

  #readUser(name: string, user: unknown): WebUser {
    const { hashed_password: hash, groups } = (user ?? {}) as Record<keyof WebUser, unknown>;
    if (!isPasswordHash(hash)) throw new WebUsersInvalidError(this.#path, `"${name}" has no argon2id hash`);
    if (!Array.isArray(groups) || !groups.every((group) => typeof group === 'string')) {
      throw new WebUsersInvalidError(this.#path, `"groups" of "${name}" is no array of names`);
    }
    return user as WebUser;
  }

  #write(users: ReadonlyMap<string, WebUser>): Promise<void> {
    return writeJsonFile(this.#path, Object.fromEntries(users), { indent: 2, mode: 0o600 });
  }
}

function newPassword(): Secret {
  return new Secret(randomBytes(PASSWORD_BYTES).toString('base64url').replace(/^-/, '_'));
}
