import type { AuthList } from '../auth-document.ts';

/** Under what a rule is found in an access table. */
export const tableKeys = {
  /** Rules of exactly this credential. */
  credential: (list: AuthList, mechanism: string, credential: string): string => `${list}=${mechanism} ${credential}`,
  /** Expressions every match of which holds this gram. */
  gram: (list: AuthList, gram: string): string => `${list}~${gram}`,
  /** Expressions that must be tried for every credential. */
  any: (list: AuthList): string => `${list}*`,
  /** Rules that own a name. */
  name: (identity: string): string => `name ${identity}`,
} as const;

/** Of a literal, a gram of at most so many characters stands in the table: few other keys hold it by chance. */
export const MAX_GRAM = 4;

/** The parts of a text of so many characters. */
export function gramsOf(text: string, length: number): string[] {
  return Array.from({ length: text.length - length + 1 }, (_, at) => text.slice(at, at + length));
}

/** FNV-1a over UTF-16 units, 32 bits. Two keys of one hash cost a look at a rule too many, nothing else. */
export const hashOf = (key: string): number => hashOn(FNV_OFFSET, key, 0, key.length);

/** Goes on with a hash: `hashOn(hashOf(a), b, 0, b.length)` is `hashOf(a + b)`. */
export function hashOn(hash: number, text: string, from: number, to: number): number {
  let next = hash;
  for (let at = from; at < to; at++) next = Math.imul(next ^ text.charCodeAt(at), FNV_PRIME);
  return next >>> 0;
}

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
