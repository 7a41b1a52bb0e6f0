import { t } from '@volttron-ts/agent';
import type { Caller } from '@volttron-ts/agent';
import { AuthEntryExistsError, AuthEntryInvalidError } from '@volttron-ts/auth';
import type { AuthContents, AuthEntryInput, AuthFile, AuthList } from '@volttron-ts/auth';
import { EntryTakenError, PublicKeyInvalidError } from '../../errors.ts';
import type { Audit } from './audited-enrolment.ts';
import { method, MODIFY, none } from './methods.ts';
import type { Methods } from './methods.ts';

/** Does a change, and records it under the name of its method once it is done. */
type Change = (done: Done, how: () => Promise<AuthContents>) => Promise<string | null>;

interface Done {
  readonly caller: Caller;
  readonly method: string;
  readonly item: string;
  readonly details: Readonly<Record<string, unknown>>;
}

const fields = (title: string) => t.Record(t.String(), t.Unknown(), { title });
const names = (title: string) => t.Record(t.String(), t.Array(t.String()), { title });
const isAllow = t.Boolean({ title: 'is_allow', default: true });
const listOf = (allow: boolean): AuthList => (allow ? 'allow' : 'deny');

/**
 * `auth_file.*` (reference/vip-zmq.md §3.8). Reading is open; changing needs `allow_auth_modifications` and is recorded.
 */
export function authFileMethods(file: AuthFile, audit: Audit): Methods {
  const change: Change = async ({ caller, method: name, item, details }, how) => {
    const before = file.contents.warnings;
    const { warnings } = await how();
    await audit.record({ actor: caller.user, action: `auth_file.${name}`, item, details });
    // The original answers nothing; whoever added a rule that matches nobody is told so.
    return warnings.find((warning) => !before.includes(warning)) ?? null;
  };
  return {
    'auth_file.read': method({ params: none, call: () => inOriginalForm(file.contents) }),
    'auth_file.find_by_credentials': method({
      params: t.Tuple([t.String({ title: 'credentials' }), isAllow]),
      call: ([credentials, allow]) => file.find(credentials, listOf(allow)).map(({ entry }) => entry),
    }),
    ...entryMethods(file, change),
    ...removalMethods(file, change),
    ...nameMethods(file, change),
  };
}

function entryMethods(file: AuthFile, change: Change): Methods {
  return {
    'auth_file.add': method({
      requires: MODIFY,
      params: t.Tuple([fields('entry')]),
      call: ([entry], { caller }) => {
        const done = { caller, method: 'add', item: nameOf(entry), details: { entry } };
        return change(done, () => explained(entry, () => add(file, entry)));
      },
    }),
    'auth_file.update_by_index': method({
      requires: MODIFY,
      params: t.Tuple([fields('auth_entry'), t.Integer({ title: 'index' }), isAllow]),
      call: ([entry, index, allow], { caller }) => {
        const list = listOf(allow);
        const was = file.contents[list][index];
        const done = { caller, method: 'update_by_index', item: nameOf(was ?? entry), details: { list, was, entry } };
        return change(done, () => explained(entry, () => file.update(index, entry, list)));
      },
    }),
  };
}

function removalMethods(file: AuthFile, change: Change): Methods {
  const removal = (
    caller: Caller,
    name: string,
    indices: readonly number[],
    allow: boolean,
  ): Promise<string | null> => {
    const list = listOf(allow);
    const removed = indices.flatMap((index) => file.contents[list][index] ?? []);
    const done = { caller, method: name, item: removed.map(nameOf).join(', '), details: { list, removed } };
    return change(done, () => file.remove(indices, list));
  };
  return {
    'auth_file.remove_by_credentials': method({
      requires: MODIFY,
      params: t.Tuple([t.String({ title: 'credentials' }), isAllow]),
      call: ([credentials, allow], { caller }) => {
        const list = listOf(allow);
        const removed = file.find(credentials, list).map(({ entry }) => entry);
        const done = { caller, method: 'remove_by_credentials', item: credentials, details: { list, removed } };
        return change(done, () => file.removeCredential(credentials, list));
      },
    }),
    'auth_file.remove_by_index': method({
      requires: MODIFY,
      params: t.Tuple([t.Integer({ title: 'index' }), isAllow]),
      call: ([index, allow], { caller }) => removal(caller, 'remove_by_index', [index], allow),
    }),
    'auth_file.remove_by_indices': method({
      requires: MODIFY,
      params: t.Tuple([t.Array(t.Integer(), { title: 'indices' }), isAllow]),
      call: ([indices, allow], { caller }) => removal(caller, 'remove_by_indices', indices, allow),
    }),
  };
}

function nameMethods(file: AuthFile, change: Change): Methods {
  return {
    'auth_file.set_groups': method({
      requires: MODIFY,
      params: t.Tuple([names('groups')]),
      call: ([groups], { caller }) => {
        const details = { was: file.contents.groups, groups };
        return change({ caller, method: 'set_groups', item: 'groups', details }, () => file.setGroups(groups));
      },
    }),
    'auth_file.set_roles': method({
      requires: MODIFY,
      params: t.Tuple([names('roles')]),
      call: ([roles], { caller }) => {
        const details = { was: file.contents.roles, roles };
        return change({ caller, method: 'set_roles', item: 'roles', details }, () => file.setRoles(roles));
      },
    }),
  };
}

/** What an entry is known by. */
const nameOf = (entry: AuthEntryInput): string => entry.user_id ?? entry.credentials ?? '';

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
