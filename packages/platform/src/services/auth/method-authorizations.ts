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
        const found = find(file, id);
        if (found === undefined) return null;
        const merged = withReported(found.authorizations, reported);
        checkSize(id, merged);
        if (isSame(merged, found.authorizations)) return merged;
        await store(file, found.index, merged);
        await record(caller, 'update_id_rpc_authorizations', id, { reported });
        return merged;
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

/** What an entry may hold, since agents may write their own: methods, capabilities of one, characters of a name. */
const LIMITS = { methods: 1000, capabilities: 64, name: 256 };

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
}

const tooMuch = (id: string, what: string): MethodAuthorizationError =>
  new MethodAuthorizationError(id, `it has ${what}`);

const isNamed = (capability: string): boolean => capability !== '';
const isSame = (a: Authorizations, b: Authorizations): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What is stored wins over what an agent reports; a method without a list takes the reported one. */
function withReported(stored: Authorizations, reported: Authorizations): Authorizations {
  const isMissing = (name: string): boolean => !Object.hasOwn(stored, name) || stored[name]?.length === 0;
  const missing = Object.entries(reported).filter(([name]) => isMissing(name));
  return { ...stored, ...Object.fromEntries(missing) };
}

function find(
  file: AuthFile,
  id: string,
): { readonly index: number; readonly authorizations: Authorizations } | undefined {
  const index = file.contents.allow.findIndex((entry) => entry.identity === id);
  const entry = file.contents.allow[index];
  return entry && { index, authorizations: entry.rpc_method_authorizations };
}

async function changeMethod(
  file: AuthFile,
  vip: Vip,
  { id, name }: { readonly id: string; readonly name: string },
  how: (now: readonly string[]) => readonly string[],
): Promise<void> {
  if (isReservedIdentity(id)) throw new MethodAuthorizationError(id, "it is one of the platform's own services");
  const found = find(file, id);
  if (found === undefined) throw new MethodAuthorizationError(id, 'no auth entry has this identity');
  const { index, authorizations } = found;
  const now = Object.hasOwn(authorizations, name) ? (authorizations[name] ?? []) : [];
  const next = how(now);
  const changed = { ...authorizations, [name]: next.length === 0 ? OPEN : next };
  checkSize(id, changed);
  await store(file, index, changed);
  if ((await vip.peerlist.list()).includes(id)) {
    vip.rpc.notify(id, 'auth.set_multiple_rpc_authorizations', [], { rpc_authorizations: { [name]: changed[name] } });
  }
}

async function store(file: AuthFile, index: number, authorizations: Authorizations): Promise<void> {
  await file.update(index, { rpc_method_authorizations: authorizations });
}
