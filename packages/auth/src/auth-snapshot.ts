import type { AuthContents } from './auth-document.ts';
import type { AuthEntry } from './auth-entry.ts';

/** What decisions are made from: plain data that crosses threads by structured clone. */
export interface AuthSnapshot {
  readonly allow: readonly AuthEntry[];
  readonly deny: readonly AuthEntry[];
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly roles: Readonly<Record<string, readonly string[]>>;
}

/** The enabled entries of an auth file's contents. */
export function createAuthSnapshot({
  allow,
  deny,
  groups,
  roles,
}: Pick<AuthContents, keyof AuthSnapshot>): AuthSnapshot {
  const enabled = (entries: readonly AuthEntry[]): AuthEntry[] => entries.filter((entry) => entry.enabled);
  return { allow: enabled(allow), deny: enabled(deny), groups, roles };
}
