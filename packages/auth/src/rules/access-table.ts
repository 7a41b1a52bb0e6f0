import type { AuthContents } from '../auth-document.ts';
import type { AuthEntry } from '../auth-entry.ts';
import { expressionOf } from '../text-match.ts';
import { accessRuleOf, packRule } from './access-rule.ts';
import type { AccessRule } from './access-rule.ts';
import { requiredLiterals } from './required-literals.ts';
import { GRAM_LENGTHS, gramsOf, hashOf, tableKeys } from './table-keys.ts';

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
}

/** A hash and the number of a rule together stay below 2^53. */
export const RULE_LIMIT = 2 ** 21;

/** What must be transferred with a table that goes to another thread, and is gone from this one. */
export function buffersOf({ bytes, offsets, index }: AccessTable): ArrayBuffer[] {
  return [bytes.buffer, offsets.buffer, index.buffer];
}

/** Packs the enabled entries of an auth file, in the order of its lists; those beyond 2^21 are left out. */
export function createAccessTable({ allow, deny }: Pick<AuthContents, 'allow' | 'deny'>): AccessTable {
  // Denials first: they must not be the ones left out.
  const rules = [
    ...deny.filter(isEnabled).map((entry) => accessRuleOf('deny', entry)),
    ...allow.filter(isEnabled).map((entry) => accessRuleOf('allow', entry)),
  ].slice(0, RULE_LIMIT);
  return { ...packBytes(rules.map(packRule)), index: indexOf(rules) };
}

const isEnabled = ({ enabled }: AuthEntry): boolean => enabled;

function packBytes(texts: readonly string[]): Pick<AccessTable, 'bytes' | 'offsets'> {
  const offsets = new Uint32Array(texts.length + 1);
  const parts = texts.map((text) => Buffer.from(text));
  let end = 0;
  for (const [number, part] of parts.entries()) {
    end += part.length;
    offsets[number + 1] = end;
  }
  const bytes = new Uint8Array(end);
  for (const [number, part] of parts.entries()) bytes.set(part, offsets[number]);
  return { bytes, offsets };
}

function indexOf(rules: readonly AccessRule[]): Float64Array<ArrayBuffer> {
  const pairs: number[] = [];
  const add = (key: string, rule: number): void => void pairs.push(hashOf(key) * RULE_LIMIT + rule);
  const expressions: (readonly [number, AccessRule])[] = [];
  for (const [number, rule] of rules.entries()) {
    if (rule.list === 'allow' && rule.identity !== null) add(tableKeys.name(rule.identity), number);
    if (expressionOf(rule.credentials) === undefined) {
      add(tableKeys.credential(rule.list, rule.mechanism, rule.credentials), number);
    } else expressions.push([number, rule]);
  }
  for (const [key, number] of keysOfExpressions(expressions)) add(key, number);
  return new Float64Array(pairs).sort();
}

/** Each expression under the rarest gram of every literal of which it needs one. */
function* keysOfExpressions(
  expressions: readonly (readonly [number, AccessRule])[],
): Generator<readonly [string, number]> {
  const wanted = expressions.map(([number, rule]) => {
    const literals = requiredLiterals(expressionOf(rule.credentials) ?? '');
    return { number, list: rule.list, grams: literals?.map((literal) => [...gramsOf(literal, gramLength(literal))]) };
  });
  const counts = new Map<string, number>();
  for (const gram of wanted.flatMap(({ grams = [] }) => grams.flat())) counts.set(gram, (counts.get(gram) ?? 0) + 1);
  const rarest = (grams: readonly string[]): string =>
    grams.reduce((best, gram) => ((counts.get(gram) ?? 0) < (counts.get(best) ?? 0) ? gram : best));
  for (const { number, list, grams } of wanted) {
    if (grams === undefined) yield [tableKeys.any(list), number];
    else for (const gram of new Set(grams.map(rarest))) yield [tableKeys.gram(list, gram), number];
  }
}

const gramLength = (literal: string): number => Math.min(literal.length, GRAM_LENGTHS.at(-1) ?? 0);
