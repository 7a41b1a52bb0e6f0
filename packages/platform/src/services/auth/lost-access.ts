import type { AuthContents, AuthEntry } from '@volttron-ts/auth';

/**
 * The literal credentials whose live sessions no longer stand on what the auth file says: an enabled entry of theirs
 * was removed, disabled or lets in somebody else now, or they were denied.
 */
export function lostAccess(before: AuthContents, after: AuthContents): string[] {
  const kept = new Set(enabled(after.allow).map(accessOf));
  const denied = new Set(enabled(before.deny).map(accessOf));
  const lost = enabled(before.allow).filter((entry) => !kept.has(accessOf(entry)));
  const nowDenied = enabled(after.deny).filter((entry) => !denied.has(accessOf(entry)));
  return [...new Set([...lost, ...nowDenied].flatMap(({ credentials }) => credentials ?? []))];
}

const enabled = (entries: readonly AuthEntry[]): AuthEntry[] => entries.filter((entry) => entry.enabled);

/** What authentication looks at; capabilities, roles and comments change while a session lives. */
const accessOf = ({ mechanism, credentials, domain, address, identity, user_id: userId }: AuthEntry): string =>
  JSON.stringify([mechanism, credentials, domain, address, identity, userId]);
