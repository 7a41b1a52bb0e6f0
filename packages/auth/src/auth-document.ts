import { findJsonFault } from '@volttron-ts/storage';

import { addressWarnings } from './address-rules.ts';
import { AuthFileInvalidError } from './errors.ts';
import { readAuthEntry } from './auth-entry.ts';
import type { AuthEntry } from './auth-entry.ts';
import { AUTH_FILE_VERSION } from './auth-upgrade.ts';
import type { RawAuthDocument } from './auth-upgrade.ts';
import { limitProblems } from './capabilities.ts';
import { blankComments } from './commented-json.ts';
import { MIN_LITERAL, requiredLiterals } from './rules/required-literals.ts';
import { expressionOf } from './text-match.ts';

/** The two lists of the auth file. */
export type AuthList = 'allow' | 'deny';

/** What the auth file says, its invalid entries left out. */
export interface AuthContents {
  readonly allow: readonly AuthEntry[];
  readonly deny: readonly AuthEntry[];
  /** Group → roles. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Role → capability names. */
  readonly roles: Readonly<Record<string, readonly string[]>>;
  readonly version: { readonly major: number; readonly minor: number };
  /** One line for each entry that was left out. */
  readonly problems: readonly string[];
  /** One line for each rule of an entry that can match nobody. */
  readonly warnings: readonly string[];
}

const EMPTY: RawAuthDocument = { allow: [], deny: [], groups: {}, roles: {}, version: AUTH_FILE_VERSION };

/** Reads the text of an auth file of any version; an empty one is an empty document. Throws AuthFileInvalidError. */
export function parseAuthDocument(path: string, text: string): RawAuthDocument {
  const json = blankComments(text);
  if (json.trim() === '') return EMPTY;
  let document: unknown;
  try {
    document = JSON.parse(json);
  } catch (error) {
    const { problem, line, column } = findJsonFault(json) ?? { problem: 'unreadable text', line: 1, column: 1 };
    throw new AuthFileInvalidError(path, `it is no JSON: ${problem} at line ${line}, column ${column}`, error);
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new AuthFileInvalidError(path, 'it is no JSON object');
  }
  const fields = document as Record<string, unknown>;
  return {
    ...fields,
    allow: readList(path, fields, 'allow'),
    deny: readList(path, fields, 'deny'),
    groups: readNames(path, fields, 'groups'),
    roles: readNames(path, fields, 'roles'),
    version: readVersion(path, fields['version']),
  };
}

function readList(path: string, fields: Record<string, unknown>, name: AuthList): readonly unknown[] {
  const list = fields[name] ?? [];
  if (!Array.isArray(list)) throw new AuthFileInvalidError(path, `"${name}" is no array`);
  return list as unknown[];
}

function readNames(path: string, fields: Record<string, unknown>, name: string): unknown {
  const map = fields[name] ?? {};
  if (!isNameLists(map)) throw new AuthFileInvalidError(path, `"${name}" is no object of arrays of names`);
  return map;
}

/** Whether it is an object of arrays of names, as groups and roles are. */
export function isNameLists(map: unknown): map is Readonly<Record<string, readonly string[]>> {
  if (typeof map !== 'object' || map === null || Array.isArray(map)) return false;
  return Object.values(map).every((names) => Array.isArray(names) && names.every((name) => typeof name === 'string'));
}

/** A file without version is older than versions are. */
function readVersion(path: string, value: unknown): RawAuthDocument['version'] {
  const { major, minor } = (value ?? { major: 0, minor: 0 }) as { major?: unknown; minor?: unknown };
  if (Number.isInteger(major) && Number.isInteger(minor)) return { major: Number(major), minor: Number(minor) };
  throw new AuthFileInvalidError(path, '"version" has no whole numbers "major" and "minor"');
}

interface ReadEntries {
  readonly entries: readonly { readonly entry: AuthEntry; readonly at: number }[];
  readonly problems: string[];
  /** The others, in the order of `problems`. */
  readonly invalid: unknown[];
}

/** The valid entries of a list, each with its place in the document, and what is wrong with the others. */
export function readEntries(document: RawAuthDocument, list: AuthList): ReadEntries {
  const problems: string[] = [];
  const invalid: unknown[] = [];
  let alwaysTried = 0;
  const entries = document[list].flatMap((raw, at) => {
    const read = readAuthEntry(raw);
    const wrong = 'entry' in read ? [] : read.problems;
    if ('entry' in read && list === 'allow' && isAlwaysTried(read.entry) && ++alwaysTried > MAX_ALWAYS_TRIED) {
      wrong.push(TOO_MANY_TRIED);
    }
    if ('entry' in read && wrong.length === 0) return [{ entry: read.entry, at }];
    problems.push(`${list} entry ${at} is ignored: ${wrong.join('; ')}`);
    invalid.push(raw);
    return [];
  });
  return { entries, problems, invalid };
}

/**
 * Expressions over keys that hold no literal text are compared with every key that connects, in the thread that carries
 * all messages: there may be so many of them. Denials are never left out.
 */
const MAX_ALWAYS_TRIED = 200;

const TOO_MANY_TRIED = `more than ${MAX_ALWAYS_TRIED} entries have "credentials" that are expressions without ${MIN_LITERAL} literal characters in a row`;

function isAlwaysTried({ credentials }: AuthEntry): boolean {
  const expression = expressionOf(credentials ?? '');
  return expression !== undefined && requiredLiterals(expression) === undefined;
}

const warningsOf = (list: AuthList, { entries }: ReadEntries): string[] =>
  entries.flatMap(({ entry, at }) =>
    [...addressWarnings(entry), ...limitProblems(entry.capabilities)].map((text) => `${list} entry ${at}: ${text}`),
  );

/** What a document of version 1.x says. */
export function readContents(document: RawAuthDocument): AuthContents {
  const allow = readEntries(document, 'allow');
  const deny = readEntries(document, 'deny');
  return {
    allow: allow.entries.map(({ entry }) => entry),
    deny: deny.entries.map(({ entry }) => entry),
    groups: document['groups'] as AuthContents['groups'],
    roles: document['roles'] as AuthContents['roles'],
    version: document.version,
    problems: [...allow.problems, ...deny.problems],
    warnings: [...warningsOf('allow', allow), ...warningsOf('deny', deny)],
  };
}
