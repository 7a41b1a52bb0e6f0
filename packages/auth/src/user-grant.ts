import { withEntry, withoutCredential } from './auth-changes.ts';
import { readEntries } from './auth-document.ts';
import type { AuthFile } from './auth-file.ts';
import { GRANTED } from './key-grant.ts';

/**
 * What users by certificate, of a broker or of the gRPC gateway, may do on this platform: entries of the auth file, as approved keys have them, so that an
 * operator finds and changes them at the same place. Their mechanism is PLAIN with the certificate's name, which no socket of ours
 * speaks: who gets in is decided there. Every step may be repeated.
 */
export interface UserGrant {
  /** @param name of the certificate, @param user what it is called on the bus */
  grant(name: string, user: string): Promise<void>;
  withdraw(name: string): Promise<void>;
}

export function createUserGrant(file: AuthFile): UserGrant {
  return {
    async grant(name, user) {
      await file.change((document) => {
        const entries = readEntries(document, 'allow').entries.map(({ entry }) => entry);
        // Whoever has this name already, by an approved key or by a grant, may do what stands there.
        if (entries.some((entry) => entry.user_id === user || entry.identity === user)) return document;
        const entry = { mechanism: 'PLAIN', credentials: name, user_id: user, identity: user, capabilities: GRANTED };
        return withEntry(document, 'allow', { ...entry, comments: 'By an approved certificate' }, false);
      });
    },
    async withdraw(name) {
      await file.change((document) => {
        const isThere = readEntries(document, 'allow').entries.some(
          ({ entry }) => entry.mechanism === 'PLAIN' && entry.credentials === name,
        );
        return isThere ? withoutCredential(document, 'allow', name) : document;
      });
    },
  };
}
