import { userOf } from '@volttron-ts/auth';
import type { AuthEntry, AuthFile, SnapshotAuthorizer } from '@volttron-ts/auth';
import { method, none, userId } from './methods.ts';
import type { Methods } from './methods.ts';

/** What users may do, and why; open to every peer, as in the original. */
export function lookupMethods(file: AuthFile, authorizer: SnapshotAuthorizer): Methods {
  const entriesOf = (user: string): AuthEntry[] =>
    file.contents.allow.filter((entry) => entry.enabled && userOf(entry) === user);
  const of = (user: string, names: 'groups' | 'roles'): string[] => [
    ...new Set(entriesOf(user).flatMap((entry) => entry[names])),
  ];
  return {
    get_user_to_capabilities: method({ params: none, call: () => authorizer.userToCapabilities() }),
    get_authorizations: method({
      params: userId,
      call: ([user]) =>
        entriesOf(user).length === 0 ? null : [authorizer.capabilitiesOf(user), of(user, 'groups'), of(user, 'roles')],
    }),
    get_capabilities: method({
      params: userId,
      call: ([user]) => (entriesOf(user).length === 0 ? [] : authorizer.capabilitiesOf(user)),
    }),
    get_groups: method({ params: userId, call: ([user]) => of(user, 'groups') }),
    get_roles: method({ params: userId, call: ([user]) => of(user, 'roles') }),
  };
}
