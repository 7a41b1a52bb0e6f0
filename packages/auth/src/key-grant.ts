import { isReservedIdentity } from '@volttron-ts/vip-core';
import type { AccessGrant } from '@volttron-ts/vip-core';

import { withEntry, withoutCredential } from './auth-changes.ts';
import { readEntries } from './auth-document.ts';
import type { AuthFile } from './auth-file.ts';
import { isPlatformLink, ownedBy } from './platform-links.ts';
import type { RawAuthDocument } from './auth-upgrade.ts';
import type { Capabilities } from './capabilities.ts';
import { IdentityReservedError, IdentityTakenError } from './errors.ts';

interface KeyAccess {
  readonly credential: string;
  readonly identity: string;
}

/** AccessGrant for CURVE keys: entries of the auth file. */
export interface KeyGrant extends AccessGrant {
  /** Throws IdentityTakenError or IdentityReservedError when `grant` would. */
  check(access: KeyAccess): Promise<void>;
  /** Removes every trace of a key, which is unknown again, and ends its live sessions. */
  forget(access: { readonly credential: string }): Promise<void>;
}

export interface KeyGrantOptions {
  /** Ends the live sessions of a key. */
  readonly dropLive: (credential: string) => void;
}

/**
 * Granting adds an allow entry that ties the key to its name, withdrawing moves the key to the deny list. Every step
 * may be repeated.
 */
export function createKeyGrant(file: AuthFile, { dropLive }: KeyGrantOptions): KeyGrant {
  return {
    async check(access) {
      const contents = await file.reload();
      checkName(contents.allow, { ...access, identity: ownedBy(access.identity) });
    },
    async grant({ comment, ...access }) {
      await file.change((document) => granted(document, access, comment));
    },
    async withdraw({ credential, comment }) {
      await file.change((document) => denied(document, credential, comment));
      dropLive(credential);
    },
    async forget({ credential }) {
      await file.change((document) => without(without(document, 'allow', credential), 'deny', credential));
      dropLive(credential);
    },
  };
}

function checkName(
  allow: readonly { readonly credentials: string | null; readonly identity: string | null; readonly user_id: string }[],
  { credential, identity }: KeyAccess,
): void {
  const owner = allow.find(
    (entry) => entry.credentials !== credential && (entry.identity === identity || entry.user_id === identity),
  );
  if (owner !== undefined) throw new IdentityTakenError(identity, owner.credentials ?? owner.user_id);
  if (isReservedIdentity(identity) && !isPlatformLink(identity)) throw new IdentityReservedError(identity);
}

/** What an approved platform's agent may do besides what every peer may: hand over what its journal kept. */
export const GRANTED: Capabilities = { append_journal: null };

function granted(document: RawAuthDocument, access: KeyAccess, comment: string): RawAuthDocument {
  const { credential } = access;
  const identity = ownedBy(access.identity);
  const allow = readEntries(document, 'allow').entries.map(({ entry }) => entry);
  const isThere = allow.some(
    (entry) => entry.credentials === credential && entry.identity === identity && entry.enabled,
  );
  const free = without(document, 'deny', credential);
  if (isThere) return free;
  checkName(allow, { credential, identity });
  const capabilities = isPlatformLink(identity) ? {} : GRANTED;
  const entry = { credentials: credential, user_id: identity, identity, capabilities, comments: comment };
  return withEntry(free, 'allow', entry, true);
}

function denied(document: RawAuthDocument, credential: string, comment: string): RawAuthDocument {
  const closed = without(document, 'allow', credential);
  const isDenied = readEntries(document, 'deny').entries.some(
    ({ entry }) => entry.credentials === credential && entry.enabled && entry.domain === null && entry.address === null,
  );
  return isDenied ? closed : withEntry(closed, 'deny', { credentials: credential, comments: comment }, true);
}

/** The document itself when there is nothing to remove, so that repeating a step writes nothing. */
function without(document: RawAuthDocument, list: 'allow' | 'deny', credential: string): RawAuthDocument {
  const changed = withoutCredential(document, list, credential);
  return changed[list].length === document[list].length ? document : changed;
}
