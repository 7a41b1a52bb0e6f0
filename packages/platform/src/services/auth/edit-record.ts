import type { AuditEntry, AuthContents, AuthEntry, AuthList } from '@volttron-ts/auth';

/** So many entries are named in one record; the others are counted. */
const MAX_NAMED = 50;

/** The audit record of an edit of the auth file by hand or by another tool: what came, what went. */
export function editRecord(before: AuthContents, after: AuthContents): AuditEntry {
  const lists = Object.fromEntries(
    (['allow', 'deny'] as const).flatMap((list) => [
      [`${list} removed`, missing(list, before, after)],
      [`${list} added`, missing(list, after, before)],
    ]),
  );
  const names = (['groups', 'roles'] as const).filter((name) => !isSame(before[name], after[name]));
  return {
    actor: 'editor',
    action: 'auth_file.edited',
    item: 'auth.json',
    details: { ...lists, ...Object.fromEntries(names.map((name) => [name, after[name]])) },
  };
}

/** The entries of one that the other lacks; a changed entry is missing on both sides. */
function missing(list: AuthList, one: AuthContents, other: AuthContents): unknown {
  const there = new Set(other[list].map((entry) => JSON.stringify(entry)));
  const entries = one[list].filter((entry) => !there.has(JSON.stringify(entry)));
  return entries.length <= MAX_NAMED
    ? entries
    : { count: entries.length, first: entries.slice(0, MAX_NAMED).map(named) };
}

const named = ({ user_id: user, credentials }: AuthEntry): object => ({ user_id: user, credentials });

const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
