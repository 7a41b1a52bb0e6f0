import type { AuthContents, AuthList } from '../auth-document.ts';
import type { AuthEntry } from '../auth-entry.ts';
import { expressionOf } from '../text-match.ts';
import { accessRuleOf, packRule } from './access-rule.ts';
import type { AccessRule } from './access-rule.ts';
import { requiredLiterals } from './required-literals.ts';
import { gramsOf, hashOf, MAX_GRAM, tableKeys } from './table-keys.ts';

/**
 * The access rules of an auth file, packed and indexed by the thread that made them, so that the thread that decides takes all of
 * them at once without reading any: 100,000 entries cross as three buffers.
 */
export interface AccessTable {
  /** The rules one after another, as UTF-8. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each rule begins, and the last one ends. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  /** Ascending: the hash of a key × `RULE_LIMIT` + the number of a rule. */
  readonly index: Float64Array<ArrayBuffer>;
  /** Where in the index hashes with these first 16 bits begin; one more for the end. */
  readonly directory: Uint32Array<ArrayBuffer>;
  /** How long the grams are under which a list's expressions stand. */
  readonly gramLengths: Readonly<Record<AuthList, readonly number[]>>;
}

/** A hash and the number of a rule together stay below 2^53. */
export const RULE_LIMIT = 2 ** 21;

/** What must be transferred with a table that goes to another thread, and is gone from this one. */
export function buffersOf({ bytes, offsets, index, directory }: AccessTable): ArrayBuffer[] {
  return [bytes.buffer, offsets.buffer, index.buffer, directory.buffer];
}

/** Packs the enabled entries of an auth file, in the order of its lists; those beyond 2^21 are left out. */
export function createAccessTable({ allow, deny }: Pick<AuthContents, 'allow' | 'deny'>): AccessTable {
  // Denials first: they must not be the ones left out.
  const rules = [
    ...deny.filter(isEnabled).map((entry) => accessRuleOf('deny', entry)),
    ...allow.filter(isEnabled).map((entry) => accessRuleOf('allow', entry)),
  ].slice(0, RULE_LIMIT);
  return { ...packBytes(rules.map(packRule)), ...indexOf(rules) };
}

const isEnabled = ({ enabled }: AuthEntry): boolean => enabled;

function packBytes(texts: readonly string[]): Pick<AccessTable, 'bytes' | 'offsets'> {
  const encoder = new TextEncoder();
  const offsets = new Uint32Array(texts.length + 1);
  // A UTF-16 unit takes at most three bytes.
  const bytes = new Uint8Array(texts.reduce((length, text) => length + text.length, 0) * 3);
  let end = 0;
  for (const [number, text] of texts.entries()) {
    end += encoder.encodeInto(text, bytes.subarray(end)).written;
    offsets[number + 1] = end;
  }
  return { bytes: bytes.slice(0, end), offsets };
}

function indexOf(rules: readonly AccessRule[]): Omit<AccessTable, 'bytes' | 'offsets'> {
  const pairs: number[] = [];
  const add = (key: string, rule: number): void => void pairs.push(hashOf(key) * RULE_LIMIT + rule);
  const expressions: (readonly [number, AccessRule])[] = [];
  for (const [number, rule] of rules.entries()) {
    if (rule.list === 'allow' && rule.identity !== null) add(tableKeys.name(rule.identity), number);
    if (expressionOf(rule.credentials) === undefined) {
      add(tableKeys.credential(rule.list, rule.mechanism, rule.credentials), number);
    } else expressions.push([number, rule]);
  }
  const lengths = { allow: new Set<number>(), deny: new Set<number>() };
  for (const { list, gram, number } of placesOf(expressions)) {
    if (gram === undefined) add(tableKeys.any(list), number);
    else {
      add(tableKeys.gram(list, gram), number);
      lengths[list].add(gram.length);
    }
  }
  const index = new Float64Array(pairs).sort();
  return {
    index,
    directory: directoryOf(index),
    gramLengths: { allow: [...lengths.allow], deny: [...lengths.deny] },
  };
}

/** What the first 16 bits of a hash are worth in the index. */
export const DIRECTORY_STEP = 2 ** 16 * RULE_LIMIT;

function directoryOf(index: Float64Array): Uint32Array<ArrayBuffer> {
  const directory = new Uint32Array(2 ** 16 + 1);
  for (const pair of index) {
    const next = Math.floor(pair / DIRECTORY_STEP) + 1;
    directory[next] = (directory[next] ?? 0) + 1;
  }
  for (let at = 1; at < directory.length; at++) directory[at] = (directory[at] ?? 0) + (directory[at - 1] ?? 0);
  return directory;
}

/** Each expression under the rarest gram of every literal of which it needs one, or among those always tried. */
function* placesOf(
  expressions: readonly (readonly [number, AccessRule])[],
): Generator<{ readonly list: AuthList; readonly gram: string | undefined; readonly number: number }> {
  const wanted = expressions.map(([number, { list, credentials }]) => {
    const literals = requiredLiterals(expressionOf(credentials) ?? '');
    return { number, list, grams: literals?.map((literal) => gramsOf(literal, gramLength(literal))) };
  });
  const counts = new Map<string, number>();
  for (const { grams = [] } of wanted) {
    for (const gram of grams.flat()) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  const rarest = (grams: readonly string[]): string =>
    grams.reduce((best, gram) => ((counts.get(gram) ?? 0) < (counts.get(best) ?? 0) ? gram : best));
  for (const { number, list, grams } of wanted) {
    if (grams === undefined) yield { list, gram: undefined, number };
    else for (const gram of new Set(grams.map(rarest))) yield { list, gram, number };
  }
}

const gramLength = (literal: string): number => Math.min(literal.length, MAX_GRAM);
