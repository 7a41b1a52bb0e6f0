import type { AuthEntry, AuthMatch } from './auth-entry.ts';
import { expressionOf } from './text-match.ts';

const textsOf = (rule: AuthMatch): readonly string[] => (rule === null ? [] : [rule].flat());

/** Addresses never hold a backslash, a star or a slash, so such a text was meant as an expression. */
const LOOKS_LIKE_EXPRESSION = /[\\*]|^\/|\/$/;

/** What is wrong with addresses that are compared as plain texts and were surely meant as expressions. */
export function misplacedExpressions(address: AuthMatch): string[] {
  return textsOf(address)
    .filter((text) => expressionOf(text) === undefined && LOOKS_LIKE_EXPRESSION.test(text))
    .map((text) => `"address" ${text} is no address, and an expression is written between slashes: /${bare(text)}/`);
}

const bare = (text: string): string => text.replace(/^\/|\/$/g, '');

/**
 * What of an entry can match nobody. The address of an ipc peer is `localhost`: Node cannot see the user, group and
 * process that libzmq adds (reference/vip-zmq.md §3.2).
 */
export function addressWarnings({ address }: Pick<AuthEntry, 'address'>): string[] {
  const users = textsOf(address)
    .filter((text) => /^\^?localhost\\?:/.test(expressionOf(text) ?? text))
    .map(
      (text) =>
        `"address" ${text} matches nobody: the address of an ipc peer is localhost here, without user, group or process`,
    );
  return [...misplacedExpressions(address), ...users];
}
