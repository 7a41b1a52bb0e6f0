import type { AuthenticationRequest } from '@volttron-ts/vip-core';

import type { AuthList } from '../auth-document.ts';
import type { AuthMatch } from '../auth-entry.ts';
import { expressionOf, textMatcher } from '../text-match.ts';
import { unpackRule } from './access-rule.ts';
import type { AccessRule } from './access-rule.ts';
import { RULE_LIMIT } from './access-table.ts';
import type { AccessTable } from './access-table.ts';
import { hashOf, hashOn, tableKeys } from './table-keys.ts';

/** A rule with its expressions ready to be tried. */
interface ReadyRule extends AccessRule {
  readonly isExpression: boolean;
  matches(credential: string): boolean;
  fits(request: AuthenticationRequest): boolean;
}

/** How many rules and refused credentials are kept ready; then they are forgotten and made anew. */
const KEPT = 8192;

/** Finds rules in an access table (RFC 27; reference/vip-zmq.md §3.4). */
export class AccessRules {
  readonly #table: AccessTable;
  readonly #ready = new Map<number, ReadyRule>();
  /** The expressions that match a credential, which a peer that is refused shows again and again. */
  readonly #matching = new Map<string, readonly ReadyRule[]>();

  constructor(table: AccessTable) {
    this.#table = table;
  }

  /** The rules of a list that match: those of the very credential or, if there are none, those of an expression. */
  find(list: AuthList, request: AuthenticationRequest): readonly AccessRule[] {
    const { mechanism } = request;
    const credential = mechanism === 'NULL' ? '' : (request.credential ?? '');
    const isThis = (rule: ReadyRule): boolean =>
      !rule.isExpression && rule.list === list && rule.mechanism === mechanism && rule.credentials === credential;
    const literal = this.#rulesAt(tableKeys.credential(list, mechanism, credential)).filter(
      (rule) => isThis(rule) && rule.fits(request),
    );
    if (literal.length > 0) return literal;
    return this.#expressions(list, credential).filter((rule) => rule.mechanism === mechanism && rule.fits(request));
  }

  /** Whether a rule gives this name to its holder alone. */
  owns(identity: string): boolean {
    return this.#rulesAt(tableKeys.name(identity)).some((rule) => rule.list === 'allow' && rule.identity === identity);
  }

  #expressions(list: AuthList, credential: string): readonly ReadyRule[] {
    const key = `${list} ${credential}`;
    let found = this.#matching.get(key);
    if (found === undefined) {
      found = this.#candidates(list, credential)
        .map((number) => this.#rule(number))
        .filter((rule) => rule.isExpression && rule.list === list && rule.matches(credential));
      if (this.#matching.size >= KEPT) this.#matching.clear();
      this.#matching.set(key, found);
    }
    return found;
  }

  /** In the order of the file. */
  #candidates(list: AuthList, credential: string): readonly number[] {
    const numbers = new Set<number>();
    this.#collect(hashOf(tableKeys.any(list)), numbers);
    const before = hashOf(tableKeys.gram(list, ''));
    for (const length of this.#table.gramLengths[list]) {
      for (let at = 0; at + length <= credential.length; at++) {
        this.#collect(hashOn(before, credential, at, at + length), numbers);
      }
    }
    return [...numbers].sort((a, b) => a - b);
  }

  #rulesAt(key: string): ReadyRule[] {
    const numbers = new Set<number>();
    this.#collect(hashOf(key), numbers);
    return [...numbers].map((number) => this.#rule(number));
  }

  /** The numbers of the rules under a hash, ascending. */
  #collect(hash: number, numbers: Set<number>): void {
    const { index, directory } = this.#table;
    const first = hash * RULE_LIMIT;
    const bucket = hash >>> 16;
    const end = directory[bucket + 1] ?? 0;
    for (let at = lowerBound(index, first, directory[bucket] ?? 0, end); at < end; at++) {
      const number = (index[at] ?? 0) - first;
      if (number >= RULE_LIMIT) return;
      numbers.add(number);
    }
  }

  #rule(number: number): ReadyRule {
    let rule = this.#ready.get(number);
    if (rule === undefined) {
      const { bytes, offsets } = this.#table;
      rule = ready(unpackRule(decoder.decode(bytes.subarray(offsets[number], offsets[number + 1]))));
      if (this.#ready.size >= KEPT) this.#ready.clear();
      this.#ready.set(number, rule);
    }
    return rule;
  }
}

const decoder = new TextDecoder();

/** The first place in `from` … `to` that holds this or more. */
function lowerBound(index: Float64Array, value: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((index[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function ready(rule: AccessRule): ReadyRule {
  const domain = matcherOf(rule.domain);
  const address = matcherOf(rule.address);
  return {
    ...rule,
    isExpression: expressionOf(rule.credentials) !== undefined,
    matches: textMatcher(rule.credentials),
    fits: (request) => domain(request.domain) && address(request.address),
  };
}

function matcherOf(rule: AuthMatch): (text: string) => boolean {
  if (rule === null) return () => true;
  if (typeof rule === 'string') return textMatcher(rule);
  const any = rule.map(textMatcher);
  return (text) => any.some((matches) => matches(text));
}
