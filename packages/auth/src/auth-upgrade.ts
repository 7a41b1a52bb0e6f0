import { randomUUID } from 'node:crypto';

import { readCapabilities } from './capabilities.ts';
import { expressionOf } from './text-match.ts';

/** The auth file as it lies on the disk, whatever its version. */
export interface RawAuthDocument {
  readonly allow: readonly unknown[];
  readonly deny: readonly unknown[];
  readonly version: { readonly major: number; readonly minor: number };
  readonly [other: string]: unknown;
}

type RawEntry = Record<string, unknown>;

export const AUTH_FILE_VERSION = { major: 1, minor: 4 } as const;

/** Whether the file was written by a release whose files we cannot change. */
export function isNewer({ version }: RawAuthDocument): boolean {
  return version.major > AUTH_FILE_VERSION.major;
}

/** Whether the upgrade chain has anything to do. */
export function isOlder({ version: { major, minor } }: RawAuthDocument): boolean {
  return major < AUTH_FILE_VERSION.major || (major === AUTH_FILE_VERSION.major && minor < AUTH_FILE_VERSION.minor);
}

/** Brings a document to version 1.4, step by step (reference/vip-zmq.md §3.3); `report` hears what is dropped. */
export function upgradeAuthDocument(document: RawAuthDocument, report: (problem: string) => void): RawAuthDocument {
  const { major, minor } = document.version;
  const step = major === 0 ? -1 : minor;
  let upgraded = document;
  if (step < 0) upgraded = eachEntry(upgraded, (entry) => splitCredentials(entry, report));
  if (step < 1) upgraded = eachEntry(upgraded, (entry) => ({ ...entry, user_id: entry['user_id'] ?? randomUUID() }));
  if (step < 2) upgraded = eachEntry(upgraded, addConfigStoreRight);
  if (step < 3) upgraded = eachEntry(upgraded, addMethodAuthorizations);
  return { ...upgraded, version: AUTH_FILE_VERSION };
}

function eachEntry(document: RawAuthDocument, change: (entry: RawEntry) => RawEntry | undefined): RawAuthDocument {
  const changeAll = (entries: readonly unknown[]): unknown[] =>
    entries.flatMap((entry) => {
      if (typeof entry !== 'object' || entry === null) return [entry];
      const changed = change(entry as RawEntry);
      return changed === undefined ? [] : [changed];
    });
  return { ...document, allow: changeAll(document.allow), deny: changeAll(document.deny) };
}

/** 0.x → 1.0: `CURVE:key`, `PLAIN:x` and `NULL` become mechanism and credentials. */
function splitCredentials(entry: RawEntry, report: (problem: string) => void): RawEntry | undefined {
  const credentials = entry['credentials'];
  const [, mechanism, rest] =
    /^(?:(CURVE|PLAIN):(.*)|NULL.*)$/s.exec(typeof credentials === 'string' ? credentials : '?') ?? [];
  if (mechanism !== undefined) return { ...entry, mechanism, credentials: rest };
  if (typeof credentials === 'string' && credentials.startsWith('NULL')) {
    return { ...entry, mechanism: 'NULL', credentials: null };
  }
  const what = typeof credentials === 'string' && expressionOf(credentials) !== undefined ? 'an expression' : 'unknown';
  report(
    `an entry with the credentials ${JSON.stringify(credentials)} was dropped: its form is ${what} before version 1.0`,
  );
  return undefined;
}

/** 1.1 → 1.2: capabilities become a map, and everybody may edit their own configuration. */
function addConfigStoreRight(entry: RawEntry): RawEntry {
  const capabilities = readCapabilities(entry['capabilities']);
  if (capabilities === undefined) return entry;
  const user = String(entry['user_id']);
  const identity = user === 'control' || user === 'platform.agent' ? '/.*/' : user;
  return { ...entry, capabilities: { ...capabilities, edit_config_store: { identity } } };
}

/** 1.2 → 1.3. */
function addMethodAuthorizations(entry: RawEntry): RawEntry {
  return { ...entry, rpc_method_authorizations: entry['rpc_method_authorizations'] ?? {} };
}
