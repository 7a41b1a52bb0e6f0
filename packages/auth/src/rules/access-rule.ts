import { userOf } from '../auth-entry.ts';
import type { AuthEntry, AuthMatch } from '../auth-entry.ts';
import type { AuthList } from '../auth-document.ts';

/** What authentication looks at of an entry. */
export interface AccessRule {
  readonly list: AuthList;
  readonly mechanism: AuthEntry['mechanism'];
  /** Empty with mechanism NULL. */
  readonly credentials: string;
  readonly domain: AuthMatch;
  readonly address: AuthMatch;
  readonly identity: string | null;
  readonly user: string;
}

export function accessRuleOf(list: AuthList, entry: AuthEntry): AccessRule {
  const { mechanism, domain, address, identity } = entry;
  const credentials = mechanism === 'NULL' ? '' : (entry.credentials ?? '');
  return { list, mechanism, credentials, domain, address, identity, user: userOf(entry) };
}

/** One line of JSON, as it stands in an access table. */
export function packRule({ list, mechanism, credentials, domain, address, identity, user }: AccessRule): string {
  return JSON.stringify([list, mechanism, credentials, domain, address, identity, user]);
}

export function unpackRule(text: string): AccessRule {
  const [list, mechanism, credentials, domain, address, identity, user] = JSON.parse(text) as [
    AccessRule['list'],
    AccessRule['mechanism'],
    string,
    AuthMatch,
    AuthMatch,
    string | null,
    string,
  ];
  return { list, mechanism, credentials, domain, address, identity, user };
}
