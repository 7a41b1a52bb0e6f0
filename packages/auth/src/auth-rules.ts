import type { AuthenticationRequest } from '@volttron-ts/vip-core';

import type { AuthEntry, AuthMatch } from './auth-entry.ts';
import { expressionOf, textMatcher } from './text-match.ts';

/** The entries of one list, found by credential: literal ones at once, expressions one by one (RFC 27; §3.4). */
export class AuthRules {
  readonly #literal = new Map<string, AuthEntry[]>();
  readonly #expressions: { readonly entry: AuthEntry; readonly matches: (credential: string) => boolean }[] = [];

  constructor(entries: readonly AuthEntry[]) {
    for (const entry of entries) this.#file(entry);
  }

  /** The entries that match a request: those of its very credential or, if there are none, those of an expression. */
  find(request: AuthenticationRequest): readonly AuthEntry[] {
    const credential = request.mechanism === 'NULL' ? '' : (request.credential ?? '');
    const literal = (this.#literal.get(`${request.mechanism} ${credential}`) ?? []).filter(fits(request));
    if (literal.length > 0) return literal;
    return this.#expressions.flatMap(({ entry, matches }) =>
      entry.mechanism === request.mechanism && matches(credential) && fits(request)(entry) ? [entry] : [],
    );
  }

  #file(entry: AuthEntry): void {
    const credentials = entry.mechanism === 'NULL' ? '' : (entry.credentials ?? '');
    if (expressionOf(credentials) !== undefined) {
      this.#expressions.push({ entry, matches: textMatcher(credentials) });
      return;
    }
    const key = `${entry.mechanism} ${credentials}`;
    const entries = this.#literal.get(key);
    if (entries === undefined) this.#literal.set(key, [entry]);
    else entries.push(entry);
  }
}

const fits =
  (request: AuthenticationRequest) =>
  ({ domain, address }: AuthEntry): boolean =>
    matches(domain, request.domain) && matches(address, request.address);

function matches(rule: AuthMatch, text: string): boolean {
  if (rule === null) return true;
  return typeof rule === 'string' ? textMatcher(rule)(text) : rule.some((any) => textMatcher(any)(text));
}
