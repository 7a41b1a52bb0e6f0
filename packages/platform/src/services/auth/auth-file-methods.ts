import { t } from '@volttron-ts/agent';
import { AuthEntryExistsError, AuthEntryInvalidError } from '@volttron-ts/auth';
import type { AuthContents, AuthEntryInput, AuthFile, AuthList } from '@volttron-ts/auth';
import { EntryTakenError, PublicKeyInvalidError } from '../../errors.ts';
import { lostAccess } from './lost-access.ts';
import { method, MODIFY, none } from './methods.ts';
import type { Methods } from './methods.ts';

type Change = (how: () => Promise<AuthContents>) => Promise<null>;

const fields = (title: string) => t.Record(t.String(), t.Unknown(), { title });
const names = (title: string) => t.Record(t.String(), t.Array(t.String()), { title });
const isAllow = t.Boolean({ title: 'is_allow', default: true });
const listOf = (allow: boolean): AuthList => (allow ? 'allow' : 'deny');

/**
 * `auth_file.*` (reference/vip-zmq.md §3.8). Reading is open; changing needs `allow_auth_modifications`, and ends the
 * sessions that the change takes the ground from.
 */
export function authFileMethods(file: AuthFile, dropLive: (credential: string) => void): Methods {
  const change: Change = async (how) => {
    const before = file.contents;
    const after = await how();
    for (const credential of lostAccess(before, after)) dropLive(credential);
    return null;
  };
  return {
    'auth_file.read': method({ params: none, call: () => inOriginalForm(file.contents) }),
    'auth_file.find_by_credentials': method({
      params: t.Tuple([t.String({ title: 'credentials' }), isAllow]),
      call: ([credentials, allow]) => file.find(credentials, listOf(allow)).map(({ entry }) => entry),
    }),
    'auth_file.add': method({
      requires: MODIFY,
      params: t.Tuple([fields('entry')]),
      call: ([entry]) => change(() => explained(entry, () => add(file, entry))),
    }),
    'auth_file.update_by_index': method({
      requires: MODIFY,
      params: t.Tuple([fields('auth_entry'), t.Integer({ title: 'index' }), isAllow]),
      call: ([entry, index, allow]) => change(() => explained(entry, () => file.update(index, entry, listOf(allow)))),
    }),
    'auth_file.set_groups': method({
      requires: MODIFY,
      params: t.Tuple([names('groups')]),
      call: ([groups]) => change(() => file.setGroups(groups)),
    }),
    'auth_file.set_roles': method({
      requires: MODIFY,
      params: t.Tuple([names('roles')]),
      call: ([roles]) => change(() => file.setRoles(roles)),
    }),
    ...removalMethods(file, change),
  };
}

function removalMethods(file: AuthFile, change: Change): Methods {
  return {
    'auth_file.remove_by_credentials': method({
      requires: MODIFY,
      params: t.Tuple([t.String({ title: 'credentials' }), isAllow]),
      call: ([credentials, allow]) => change(() => file.removeCredential(credentials, listOf(allow))),
    }),
    'auth_file.remove_by_index': method({
      requires: MODIFY,
      params: t.Tuple([t.Integer({ title: 'index' }), isAllow]),
      call: ([index, allow]) => change(() => file.remove([index], listOf(allow))),
    }),
    'auth_file.remove_by_indices': method({
      requires: MODIFY,
      params: t.Tuple([t.Array(t.Integer(), { title: 'indices' }), isAllow]),
      call: ([indices, allow]) => change(() => file.remove(indices, listOf(allow))),
    }),
  };
}

/** The file as VOLTTRON's services see it (§3.3). */
function inOriginalForm({ allow, deny, groups, roles, version }: AuthContents): Record<string, unknown> {
  return { allow_list: allow, deny_list: deny, groups, roles, version };
}

/** Who adds a key by hand takes back its denial, which would win over the entry. */
async function add(file: AuthFile, entry: AuthEntryInput): Promise<AuthContents> {
  const contents = await file.add(entry);
  const { credentials } = entry;
  const denied = typeof credentials === 'string' && contents.deny.some((other) => other.credentials === credentials);
  return denied ? file.removeCredential(credentials, 'deny') : contents;
}

/** The texts by which operators and scripts know a refusal of the original. */
async function explained(entry: AuthEntryInput, how: () => Promise<AuthContents>): Promise<AuthContents> {
  try {
    return await how();
  } catch (error) {
    if (error instanceof AuthEntryExistsError) throw new EntryTakenError(error);
    const { credentials } = entry;
    if (!(error instanceof AuthEntryInvalidError) || typeof credentials !== 'string') throw error;
    throw error.problems.some((problem) => problem.includes('no key')) ? new PublicKeyInvalidError(credentials) : error;
  }
}
