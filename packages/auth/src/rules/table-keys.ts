import type { AuthList } from '../auth-document.ts';
import { MIN_LITERAL } from './required-literals.ts';

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

/** The lengths of grams that tables hold. */
export const GRAM_LENGTHS: readonly number[] = [MIN_LITERAL, MIN_LITERAL + 1];

/** The parts of a text of so many characters, each once. */
export function gramsOf(text: string, length: number): Set<string> {
  const grams = new Set<string>();
  for (let at = 0; at + length <= text.length; at++) grams.add(text.slice(at, at + length));
  return grams;
}

/** FNV-1a over UTF-16 units, 32 bits. Two keys of one hash cost a look at a rule too many, nothing else. */
export function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
