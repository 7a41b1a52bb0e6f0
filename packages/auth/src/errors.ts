import { VipError } from '@volttron-ts/vip-core';

/** A key store that is there but holds no usable pair; it is never replaced by a new one. */
export class KeyStoreInvalidError extends VipError {
  override readonly name = 'KeyStoreInvalidError';
  constructor(path: string, why: string, cause?: unknown) {
    super('key-store-invalid', `The key store "${path}" is not usable: ${why}.`, {
      item: 'key store',
      value: path,
      remedy: 'Put a copy back; or move the file away, whereupon a new key is made, which the other side must approve.',
      cause,
    });
  }
}

export class KnownHostsInvalidError extends VipError {
  override readonly name = 'KnownHostsInvalidError';
  constructor(path: string, why: string) {
    super('known-hosts-invalid', `The file "${path}" is no list of known hosts: ${why}.`, {
      item: 'known_hosts',
      value: path,
      remedy: 'Correct it: a JSON object of host and 43-character key.',
    });
  }
}

/** The key a host shows or is said to have is not the one we know. */
export class KnownHostMismatchError extends VipError {
  override readonly name = 'KnownHostMismatchError';
  constructor(host: string, known: string, given: string) {
    super('known-host-mismatch', `The known key of ${host} is ${known}, not ${given}.`, {
      item: host,
      value: given,
      remedy: `If the host's key really changed: vctl auth remove-known-host ${host} and vctl auth add-known-host --host ${host} --serverkey ${given}`,
    });
  }
}

/** The home, its owner or its mode is not as it must be. */
export class HomeUnusableError extends VipError {
  override readonly name = 'HomeUnusableError';
  constructor(path: string, why: string, remedy: string, cause?: unknown) {
    super('home-unusable', `VOLTTRON_HOME "${path}" cannot be used: ${why}.`, {
      item: 'VOLTTRON_HOME',
      value: path,
      remedy,
      cause,
    });
  }
}

export class HomeForeignError extends VipError {
  override readonly name = 'HomeForeignError';
  constructor(path: string, owner: number, user: number) {
    super('home-foreign', `VOLTTRON_HOME "${path}" belongs to user ${owner}, not to user ${user} who runs this.`, {
      item: 'VOLTTRON_HOME',
      value: path,
      remedy: `Run as its owner, choose another VOLTTRON_HOME, or give it over: chown -R ${user} ${path}`,
    });
  }
}

/** Everything that is wrong with flags, environment and `config` at once. */
export class InstanceConfigError extends VipError {
  override readonly name = 'InstanceConfigError';
  readonly problems: readonly string[];
  constructor(path: string, problems: readonly string[]) {
    super('instance-config', `The configuration of the instance is not valid: ${problems.join('; ')}.`, {
      item: 'config',
      value: path,
      remedy: 'volttron --show-config lists every key and where its value comes from.',
    });
    this.problems = problems;
  }
}

/** The auth file cannot be used at all; it is left as it is. */
export class AuthFileInvalidError extends VipError {
  override readonly name = 'AuthFileInvalidError';
  constructor(path: string, why: string, cause?: unknown) {
    super('auth-file-invalid', `The auth file "${path}" is not usable: ${why}.`, {
      item: 'auth file',
      value: path,
      remedy: 'Correct it, or put a copy back.',
      cause,
    });
  }
}

/** Somebody's edit of the auth file holds entries that are not valid; the rules from before it go on. */
export class AuthFileEditError extends VipError {
  override readonly name = 'AuthFileEditError';
  readonly problems: readonly string[];
  constructor(path: string, problems: readonly string[]) {
    super(
      'auth-file-edit',
      `The auth file "${path}" was edited, and what it says is not valid: ${problems.join('; ')}.`,
      {
        item: 'auth file',
        value: path,
        remedy: 'Correct it; the rules from before the edit go on.',
      },
    );
    this.problems = problems;
  }
}

/** A newer VOLTTRON wrote the file: it is used, not changed. */
export class AuthFileNewerError extends VipError {
  override readonly name = 'AuthFileNewerError';
  constructor(path: string, version: string) {
    super('auth-file-newer', `The auth file "${path}" has version ${version}; this release changes 1.4 at most.`, {
      item: 'auth file',
      value: path,
      remedy: 'Change it with the release that wrote it.',
    });
  }
}

export class AuthEntryInvalidError extends VipError {
  override readonly name = 'AuthEntryInvalidError';
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super('auth-entry-invalid', `The auth entry is not valid: ${problems.join('; ')}.`, { item: 'auth entry' });
    this.problems = problems;
  }
}

/** Another entry already has this user_id, or matches the same peers under the same name. */
export class AuthEntryExistsError extends VipError {
  override readonly name = 'AuthEntryExistsError';
  readonly index: number;
  constructor(what: string, value: string, index: number) {
    super('auth-entry-exists', `The ${what} ${value} is already in use at index ${index}.`, {
      item: what,
      value,
      remedy: 'Update that entry, or add with overwrite.',
    });
    this.index = index;
  }
}

export class AuthEntryUnknownError extends VipError {
  override readonly name = 'AuthEntryUnknownError';
  constructor(list: string, index: number, length: number) {
    super('auth-entry-unknown', `The ${list} list has no entry ${index}; it holds ${length}.`, {
      item: 'index',
      value: index,
      remedy: 'vctl auth list shows the entries with their indices.',
    });
  }
}

/** A key cannot get a name that belongs to another key. */
export class IdentityTakenError extends VipError {
  override readonly name = 'IdentityTakenError';
  constructor(identity: string, owner: string) {
    super('identity-taken', `The name "${identity}" belongs to the key ${owner}.`, {
      item: 'identity',
      value: identity,
      remedy: 'Give the agent another VIP identity, or remove the other key first (vctl auth remove).',
    });
  }
}

/** Only the operator's own hand in the auth file may give a reserved name. */
export class IdentityReservedError extends VipError {
  override readonly name = 'IdentityReservedError';
  constructor(identity: string) {
    super('identity-reserved', `The name "${identity}" is reserved for the platform's own services.`, {
      item: 'identity',
      value: identity,
      remedy: 'Deny the request, and give the agent another VIP identity.',
    });
  }
}

export class WebUsersInvalidError extends VipError {
  override readonly name = 'WebUsersInvalidError';
  constructor(path: string, why: string) {
    super('web-users-invalid', `The file "${path}" is no list of web users: ${why}.`, {
      item: 'web-users.json',
      value: path,
      remedy: 'Correct it, or move it away: the next start then makes the user admin anew.',
    });
  }
}

/** Wrong user or password; which of the two is not told. */
export class LoginRefusedError extends VipError {
  override readonly name = 'LoginRefusedError';
  constructor() {
    super('login-refused', 'The user name or the password is wrong.', { item: 'password' });
  }
}

export class LoginThrottledError extends VipError {
  override readonly name = 'LoginThrottledError';
  /** Milliseconds until the next attempt is looked at. */
  readonly retryAfter: number;
  constructor(user: string, retryAfter: number) {
    super('login-throttled', `Too many failed logins of "${user}".`, {
      item: 'user',
      value: user,
      remedy: `Try again in ${Math.ceil(retryAfter / 1000)} s.`,
    });
    this.retryAfter = retryAfter;
  }
}

/** A session token that is malformed, not ours, expired, or of a user who is gone. */
export class SessionInvalidError extends VipError {
  override readonly name = 'SessionInvalidError';
  constructor(why: string, cause?: unknown) {
    super('session-invalid', `The session is not valid: ${why}.`, { item: 'token', remedy: 'Log in again.', cause });
  }
}

/** A token of VOLTTRON's form that is malformed, not ours, expired, of the other kind, or of a user who is gone. */
export class WebTokenInvalidError extends VipError {
  override readonly name = 'WebTokenInvalidError';
  constructor(kind: string, why: string, cause?: unknown) {
    super('web-token-invalid', `The ${kind} is not valid: ${why}.`, {
      item: kind,
      remedy: 'POST username and password to /authenticate for new ones.',
      cause,
    });
  }
}

/** No algorithm of JSON Web Tokens signs with such a key. */
export class WebTokenKeyError extends VipError {
  override readonly name = 'WebTokenKeyError';
  constructor(kind: string, cause?: unknown) {
    super('web-token-key', `The web server's private key cannot sign web tokens: it is ${kind}.`, {
      item: 'web-ssl-key',
      value: kind,
      remedy: 'Use a key of the kind RSA (2048 bits or more), P-256, P-384 or Ed25519, without passphrase.',
      cause,
    });
  }
}

export class SecretFileInvalidError extends VipError {
  override readonly name = 'SecretFileInvalidError';
  constructor(path: string) {
    super('secret-file-invalid', `The file "${path}" holds no secret of at least 32 characters.`, {
      item: 'secret file',
      value: path,
      remedy: 'Remove it: the next start makes a new one, and everybody logs in again.',
    });
  }
}

/** The key that signs the audit log cannot be read; it is never replaced by a new one. */
export class AuditKeyInvalidError extends VipError {
  override readonly name = 'AuditKeyInvalidError';
  constructor(path: string, cause?: unknown) {
    super('audit-key-invalid', `The file "${path}" holds no Ed25519 key.`, {
      item: 'audit key',
      value: path,
      remedy: 'Put a copy back; or move it away: the next start makes a new one, and vctl audit verify says so.',
      cause,
    });
  }
}

/** A certificate's name would name a file in another folder, or none at all. */
export class CertificateNameError extends VipError {
  override readonly name = 'CertificateNameError';
  constructor(name: string) {
    super('certificate-name', `"${name.slice(0, 100)}" cannot name the files of a certificate.`, {
      item: 'name',
      value: name.slice(0, 100),
      remedy: 'Use 1 to 200 letters, digits, dots, hyphens and underscores, no slashes, and no dot in front.',
    });
  }
}
