import { randomUUID } from 'node:crypto';

import { misplacedExpressions } from './address-rules.ts';
import { readAuthEntry } from './auth-entry.ts';
import type { AuthEntry, AuthEntryInput } from './auth-entry.ts';
import { limitProblems, readCapabilities } from './capabilities.ts';
import { readEntries } from './auth-document.ts';
import type { AuthList } from './auth-document.ts';
import type { RawAuthDocument } from './auth-upgrade.ts';
import { AuthEntryExistsError, AuthEntryInvalidError, AuthEntryUnknownError } from './errors.ts';

const sameMatch = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether two entries let the same peers in under the same name. */
function matchesAlike(a: AuthEntry, b: AuthEntry): boolean {
  return (
    a.mechanism === b.mechanism &&
    a.credentials === b.credentials &&
    a.identity === b.identity &&
    sameMatch(a.domain, b.domain) &&
    sameMatch(a.address, b.address)
  );
}

/** @throws AuthEntryInvalidError */
function completeEntry(input: AuthEntryInput): AuthEntry {
  const read = readAuthEntry(input);
  if ('problems' in read) throw new AuthEntryInvalidError(read.problems);
  return read.entry;
}

/** Throws AuthEntryInvalidError for what would match nobody and nothing: an address or a limit meant as an expression. */
function checkExpressions({ address = null, capabilities }: AuthEntryInput): void {
  const problems = [...misplacedExpressions(address), ...limitProblems(readCapabilities(capabilities) ?? {})];
  if (problems.length > 0) throw new AuthEntryInvalidError(problems);
}

/**
 * The document with one more entry; with `overwrite` it takes the place of those it clashes with.
 *
 * @throws AuthEntryInvalidError, AuthEntryExistsError
 */
export function withEntry(
  document: RawAuthDocument,
  list: AuthList,
  input: AuthEntryInput,
  overwrite: boolean,
): RawAuthDocument {
  const entry = completeEntry({ ...input, user_id: input.user_id ?? randomUUID() });
  checkExpressions(input);
  const { entries } = readEntries(document, list);
  const clashes = entries.filter(({ entry: other }) => other.user_id === entry.user_id || matchesAlike(other, entry));
  const clash = clashes[0];
  if (clash === undefined) return { ...document, [list]: [...document[list], entry] };
  if (!overwrite) {
    const [what, value] =
      clash.entry.user_id === entry.user_id ? ['user_id', entry.user_id] : ['credentials', entry.credentials ?? 'NULL'];
    throw new AuthEntryExistsError(what, value, entries.indexOf(clash));
  }
  const replaced = new Set(clashes.map(({ at }) => at));
  return {
    ...document,
    [list]: document[list].flatMap((raw, at) =>
      at === clash.at ? [keepUnknown(raw, entry)] : replaced.has(at) ? [] : [raw],
    ),
  };
}

/** Fields of the file that no release of ours knows stay with their entry. */
function keepUnknown(raw: unknown, entry: AuthEntry): object {
  return { ...(raw as object), ...entry };
}

/** @throws AuthEntryInvalidError, AuthEntryExistsError, AuthEntryUnknownError */
export function withUpdate(
  document: RawAuthDocument,
  list: AuthList,
  index: number,
  change: AuthEntryInput,
): RawAuthDocument {
  const { entries } = readEntries(document, list);
  const found = entries[index];
  if (found === undefined) throw new AuthEntryUnknownError(list, index, entries.length);
  const entry = completeEntry({ ...found.entry, ...change });
  checkExpressions(change);
  const clash = entries.findIndex(({ entry: other }, at) => at !== index && other.user_id === entry.user_id);
  if (clash >= 0) throw new AuthEntryExistsError('user_id', entry.user_id, clash);
  return {
    ...document,
    [list]: document[list].map((raw, at) => (at === found.at ? keepUnknown(raw, entry) : raw)),
  };
}

/** The document without these entries. Throws AuthEntryUnknownError, having removed nothing. */
export function withoutIndices(document: RawAuthDocument, list: AuthList, indices: readonly number[]): RawAuthDocument {
  const { entries } = readEntries(document, list);
  const places = new Set(
    indices.map((index) => {
      const found = entries[index];
      if (found === undefined) throw new AuthEntryUnknownError(list, index, entries.length);
      return found.at;
    }),
  );
  return { ...document, [list]: document[list].filter((_, at) => !places.has(at)) };
}

/** The document without the entries of exactly this credential. */
export function withoutCredential(document: RawAuthDocument, list: AuthList, credential: string): RawAuthDocument {
  const isOther = (raw: unknown): boolean => (raw as { credentials?: unknown } | null)?.credentials !== credential;
  return { ...document, [list]: document[list].filter(isOther) };
}
