import { randomBytes } from 'node:crypto';
import { createAccessTable } from '@volttron-ts/auth';
import type { AccessTable, AuthEntry } from '@volttron-ts/auth';

export interface AccessConfig {
  /** 43-character keys that must be let in. */
  readonly keys: readonly string[];
  /** Entries in all; the others have keys that nobody owns. */
  readonly entries: number;
}

/** Every tenth entry lets its key in from addresses that an expression describes. */
const ADDRESS = '/127\\.0\\.0\\.\\d+|localhost.*/';

function entryOf(credentials: string, number: number): AuthEntry {
  return {
    domain: null,
    address: number % 10 === 0 ? ADDRESS : null,
    mechanism: 'CURVE',
    credentials,
    groups: [],
    roles: [],
    capabilities: {},
    rpc_method_authorizations: {},
    comments: null,
    user_id: `user${number}`,
    identity: null,
    enabled: true,
  };
}

/** The rules of so many entries, those of the keys spread among the others. */
export function accessTable({ keys, entries }: AccessConfig): AccessTable {
  const every = Math.max(1, Math.floor(entries / Math.max(1, keys.length)));
  const allow = Array.from({ length: entries }, (_, number) => {
    const own = number % every === 0 ? keys[number / every] : undefined;
    return entryOf(own ?? randomBytes(33).toString('base64url').slice(0, 43), number);
  });
  return createAccessTable({ allow, deny: [] });
}
