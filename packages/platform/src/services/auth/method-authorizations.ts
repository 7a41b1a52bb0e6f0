import { t } from '@volttron-ts/agent';
import type { Caller, Vip } from '@volttron-ts/agent';
import type { AuthFile, SnapshotAuthorizer } from '@volttron-ts/auth';
import { isReservedIdentity } from '@volttron-ts/vip-core';
import { MethodAuthorizationError } from '../../errors.ts';
import type { Audit } from './audited-enrolment.ts';
import { method, MODIFY, requireOwnOr } from './methods.ts';
import type { Methods } from './methods.ts';

type Authorizations = Readonly<Record<string, readonly string[]>>;

const identity = t.String({ title: 'identity' });
const methodName = t.String({ title: 'method' });
const capabilities = (title: string) => t.Array(t.String(), { title });

/** Any peer may call the method: what is left when the last capability is taken off (reference/vip-zmq.md §3.5). */
const OPEN: readonly string[] = [''];

/**
 * Which capabilities an agent's own methods demand. Agents report what is built in when they start; an operator adds
 * and takes away, of which the agent is told at once.
 */
export function methodAuthorizations(file: AuthFile, authorizer: SnapshotAuthorizer, audit: Audit): Methods {
  const record = (caller: Caller, method: string, id: string, details: Readonly<Record<string, unknown>>) =>
    audit.record({ actor: caller.user, action: `auth.${method}`, item: id, details });
  return {
    update_id_rpc_authorizations: method({
      params: t.Tuple([identity, t.Record(t.String(), t.Array(t.String()), { title: 'rpc_methods' })]),
      call: async ([id, reported], { caller }) => {
        requireOwnOr(authorizer, caller.user, id, 'update_id_rpc_authorizations');
        const before = stored(file, id);
        if (before === undefined || isSame(withReported(before, reported), before)) return before ?? null;
        const changed = await change(file, id, (now) => withReported(now, reported));
        if (changed === undefined) return null;
        const details = { added: addedTo(changed.before, changed.after) };
        await record(caller, 'update_id_rpc_authorizations', id, details);
        return changed.after;
      },
    }),
    add_rpc_authorizations: method({
      requires: MODIFY,
      params: t.Tuple([identity, methodName, capabilities('authorizations')]),
      call: async ([id, name, added], { vip, caller }) => {
        await changeMethod(file, vip, { id, name }, (now) => [...new Set([...now.filter(isNamed), ...added])]);
        await record(caller, 'add_rpc_authorizations', id, { method: name, added });
        return null;
      },
    }),
    delete_rpc_authorizations: method({
      requires: MODIFY,
      params: t.Tuple([identity, methodName, capabilities('denied_authorizations')]),
      call: async ([id, name, removed], { vip, caller }) => {
        await changeMethod(file, vip, { id, name }, (now) => now.filter((one) => !removed.includes(one)));
        await record(caller, 'delete_rpc_authorizations', id, { method: name, removed });
        return null;
      },
    }),
  };
}

/**
 * What an entry may hold, since agents may write their own: methods, capabilities of one, characters of a name and of all
 * together. With it the file is bounded by its entries, and what agents report in the audit log by the file.
 */
const LIMITS = { methods: 1000, capabilities: 64, name: 256, all: 65_536 };

function checkSize(id: string, authorizations: Authorizations): void {
  const lists = Object.values(authorizations);
  const names = [...Object.keys(authorizations), ...lists.flat()];
  if (lists.length > LIMITS.methods) throw tooMuch(id, `more than ${LIMITS.methods} methods`);
  if (lists.some((list) => list.length > LIMITS.capabilities)) {
    throw tooMuch(id, `a method with more than ${LIMITS.capabilities} capabilities`);
  }
  if (names.some((name) => name.length > LIMITS.name)) {
    throw tooMuch(id, `a name of more than ${LIMITS.name} characters`);
  }
  if (names.reduce((sum, name) => sum + name.length, 0) > LIMITS.all) {
    throw tooMuch(id, `names of more than ${LIMITS.all} characters together`);
  }
}

const tooMuch = (id: string, what: string): MethodAuthorizationError =>
  new MethodAuthorizationError(id, `it has ${what}`);

const isNamed = (capability: string): boolean => capability !== '';
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is stored wins over what an agent reports; a method without a list takes the reported one. */
function withReported(stored: Authorizations, reported: Authorizations): Authorizations {
  const isMissing = (name: string): boolean => !Object.hasOwn(stored, name) || stored[name]?.length === 0;
  const missing = Object.entries(reported).filter(([name]) => isMissing(name));
  return { ...stored, ...Object.fromEntries(missing) };
}

/** The methods of which something else is stored now. */
const addedTo = (before: Authorizations, after: Authorizations): Authorizations =>
  Object.fromEntries(
    Object.entries(after).filter(([name, list]) => !Object.hasOwn(before, name) || !isSame(list, before[name])),
  );

/** What is stored of an identity; undefined without an entry of its own. */
const stored = (file: AuthFile, id: string): Authorizations | undefined =>
  file.contents.allow.find((entry) => entry.identity === id)?.rpc_method_authorizations;

interface Changed {
  readonly before: Authorizations;
  readonly after: Authorizations;
}

/** Undefined when there is no entry of this identity. */
async function change(
  file: AuthFile,
  id: string,
  how: (now: Authorizations) => Authorizations,
): Promise<Changed | undefined> {
  let changed: Changed | undefined;
  await file.updateOwner(id, ({ rpc_method_authorizations: before }) => {
    const after = how(before);
    checkSize(id, after);
    changed = { before, after };
    return { rpc_method_authorizations: after };
  });
  return changed;
}

async function changeMethod(
  file: AuthFile,
  vip: Vip,
  { id, name }: { readonly id: string; readonly name: string },
  how: (now: readonly string[]) => readonly string[],
): Promise<void> {
  if (isReservedIdentity(id)) throw new MethodAuthorizationError(id, "it is one of the platform's own services");
  const changed = await change(file, id, (all) => {
    const next = how(Object.hasOwn(all, name) ? (all[name] ?? []) : []);
    return { ...all, [name]: next.length === 0 ? OPEN : next };
  });
  if (changed === undefined) throw new MethodAuthorizationError(id, 'no auth entry has this identity');
  if ((await vip.peerlist.list()).includes(id)) {
    const authorizations = { [name]: changed.after[name] };
    vip.rpc.notify(id, 'auth.set_multiple_rpc_authorizations', [], { rpc_authorizations: authorizations });
  }
}
