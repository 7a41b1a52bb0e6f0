import * as fc from 'fast-check';
import type { AuthenticationRequest } from '@volttron-ts/vip-core';
import { describe, expect, it } from 'vitest';

import { readAuthEntry } from '../auth-entry.ts';
import type { AuthEntry, AuthEntryInput } from '../auth-entry.ts';
import { readContents } from '../auth-document.ts';
import { textMatcher } from '../text-match.ts';
import { accessRuleOf } from './access-rule.ts';
import type { AccessRule } from './access-rule.ts';
import { AccessRules } from './access-rules.ts';
import { buffersOf, createAccessTable } from './access-table.ts';

function entry(input: AuthEntryInput): AuthEntry {
  const read = readAuthEntry(input);
  if ('problems' in read) throw new Error(read.problems.join());
  return read.entry;
}

const key = (start: string): string => start.padEnd(43, '-');
const asked = (credential: string, address = '10.0.0.1'): AuthenticationRequest => ({
  ...{ mechanism: 'CURVE', credential, identity: 'a', domain: 'vip', address },
});

/** §3.4 of the reference, word by word. */
function findOneByOne(
  list: 'allow' | 'deny',
  entries: readonly AuthEntry[],
  request: AuthenticationRequest,
): AccessRule[] {
  const matches = (rule: AuthEntry['address'], text: string): boolean =>
    rule === null || [rule].flat().some((one) => textMatcher(one)(text));
  const fitting = entries
    .filter(
      ({ enabled, domain, address }) => enabled && matches(domain, request.domain) && matches(address, request.address),
    )
    .map((one) => accessRuleOf(list, one))
    .filter(({ mechanism }) => mechanism === request.mechanism);
  const literal = fitting.filter(({ credentials }) => credentials === request.credential);
  if (literal.length > 0) return literal;
  return fitting.filter(
    ({ credentials }) => credentials.startsWith('/') && textMatcher(credentials)(request.credential ?? ''),
  );
}

const plain = ({ list, mechanism, credentials, domain, address, identity, user }: AccessRule): AccessRule => ({
  ...{ list, mechanism, credentials, domain, address, identity, user },
});

describe('the rules of an access table', () => {
  it('are those that a look at one entry after another finds, in the same order', () => {
    const credential = fc.oneof(
      fc.constantFrom('A', 'B', 'AB', 'ABC').map(key),
      fc.constantFrom('/.*/', '/A.*/', '/AB.*/', '/.*---/', '/(A|B)-+/', '/[AB]B?C*-*/', '/ABC-{40}/', '/.BC-*|AB-.*/'),
    );
    const address = fc.constantFrom(null, '10.0.0.1', '/10\\..*/', '/11\\..*/', ['10.0.0.2', '/10\\.0\\.0\\.1/']);
    const one = fc.record({
      credentials: credential,
      address,
      enabled: fc.boolean(),
      user_id: fc.string({ minLength: 1 }),
    });
    const lists = fc.record({ allow: fc.array(one), deny: fc.array(one) });
    fc.assert(
      fc.property(lists, fc.constantFrom('A', 'B', 'AB', 'ABC', 'D'), ({ allow, deny }, start) => {
        const contents = { allow: allow.map(entry), deny: deny.map(entry) };
        const rules = new AccessRules(createAccessTable(contents));
        for (const list of ['allow', 'deny'] as const) {
          const found = rules.find(list, asked(key(start))).map(plain);
          expect(found).toEqual(findOneByOne(list, contents[list], asked(key(start))));
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('are the same in another thread, and gone from this one', () => {
    const table = createAccessTable({ allow: [entry({ credentials: key('A'), identity: 'a' })], deny: [] });
    const moved = structuredClone(table, { transfer: buffersOf(table) });
    expect(table.bytes).toHaveLength(0);
    const rules = new AccessRules(moved);
    expect(rules.find('allow', asked(key('A')))).toMatchObject([{ user: 'a' }]);
    expect([rules.owns('a'), rules.owns('b')]).toEqual([true, false]);
  });

  it('answer the same twice, and anew for another address', () => {
    const allow = [
      entry({ credentials: '/A.*/', address: '10.0.0.1' }),
      entry({ credentials: '/.*/', address: '10.0.0.2' }),
    ];
    const rules = new AccessRules(createAccessTable({ allow, deny: [] }));
    for (const address of ['10.0.0.1', '10.0.0.2', '10.0.0.1']) {
      expect(rules.find('allow', asked(key('A'), address)).map((rule) => rule.address)).toEqual([address]);
    }
  });

  it('are found among 20,000 of which a tenth are expressions, without a look at each', () => {
    const name = (n: number): string => key(`k${n.toString(36).padStart(5, '0')}`);
    const allow = Array.from({ length: 20_000 }, (_, n) =>
      entry({ credentials: n % 10 === 0 ? `/${name(n).slice(0, 8)}.*/` : name(n), user_id: `u${n}` }),
    );
    const rules = new AccessRules(createAccessTable({ allow, deny: [] }));
    expect(rules.find('allow', asked(name(15)))).toMatchObject([{ user: 'u15' }]);
    expect(rules.find('allow', asked(name(10)))).toMatchObject([{ user: 'u10' }]);
    const before = process.cpuUsage();
    for (let n = 0; n < 1000; n++) expect(rules.find('allow', asked(key(`z${n}`)))).toEqual([]);
    // A look at each expression takes more than a second for as many.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(1000);
  });
});

describe('an auth file with very many expressions', () => {
  const contents = (list: 'allow' | 'deny', credentials: (n: number) => string) =>
    readContents({
      ...{ allow: [], deny: [], groups: {}, roles: {}, version: { major: 1, minor: 4 } },
      [list]: Array.from({ length: 201 }, (_, n) => ({ credentials: credentials(n), user_id: `u${n}` })),
    });

  it('is taken without those that would cost every connection a look, beyond the first 200', () => {
    const { allow, problems } = contents('allow', (n) => `/[AB]{${n}}/`);
    expect(allow).toHaveLength(200);
    expect(problems).toEqual([expect.stringContaining('allow entry 200 is ignored: more than 200 entries')]);
  });

  it('keeps every denial, and every expression that holds a literal text', () => {
    expect(contents('deny', (n) => `/[AB]{${n}}/`).deny).toHaveLength(201);
    expect(contents('allow', (n) => `/key${n}.*/`).allow).toHaveLength(201);
  });
});
