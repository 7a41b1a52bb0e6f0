import { services, t, UnauthorizedError, UnknownSubsystemError, UnreachableError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { checker, InvalidValueError } from '@volttron-ts/vip-core';
import { UnknownMethodError } from '../errors.ts';
import type { RpcDispatcher } from '../rpc/dispatcher.ts';
import type { Rpc } from '../rpc/rpc.ts';
import type { Session } from '../session/session.ts';

const SETTER = 'modify_rpc_method_allowance';
/** A platform may still be starting when its agents connect. */
const REPORT_AFTER_MS = 1000;
const REPORT_MS = 4000;

const Authorizations = t.Record(t.String(), t.Array(t.String()));
const asAuthorizations = checker(t.Union([t.Null(), Authorizations]));

/** Methods that guard others: opened, they would open everything. */
const isGuard = (name: string): boolean => /^(auth|config)\./.test(name);

/** The methods that an author named, without those that every agent has. */
const isOwn = (name: string): boolean => !name.includes('.');

const reportOf = (dispatcher: RpcDispatcher): Record<string, readonly string[]> =>
  Object.fromEntries(dispatcher.names.filter(isOwn).map((name) => [name, dispatcher.requirementsOf(name)]));

/** Takes what is to be required from now on. A method that is not there is remembered: it may be exported later. */
function apply(dispatcher: RpcDispatcher, authorizations: Readonly<Record<string, readonly string[]>>): void {
  for (const [method, capabilities] of Object.entries(authorizations)) {
    if (isGuard(method)) {
      const why = `What "${method}" requires cannot be changed.`;
      throw new InvalidValueError('method_str', method, why, 'Name a method of the agent.');
    }
    dispatcher.authorize(method, capabilities);
  }
}

/**
 * `auth.*` of an agent: which capabilities its methods require (vip-zmq.md §2.17). Those of a platform's own services
 * are fixed: whoever could open them would hold every other capability.
 */
export function exportRpcAuthorizations(dispatcher: RpcDispatcher, isFixed: boolean): void {
  const set = (authorizations: Readonly<Record<string, readonly string[]>>): void => {
    if (isFixed) throw new UnauthorizedError("What the methods of a platform's own services require is fixed.");
    apply(dispatcher, authorizations);
  };
  const method = t.String({ title: 'method_str' });
  const list = t.Union([t.String(), t.Array(t.String())], { title: 'capabilities' });
  dispatcher.export('auth.get_rpc_authorizations', {
    requires: [],
    params: t.Tuple([method]),
    call: ([name]) => dispatcher.requirementsOf(String(name)),
  });
  dispatcher.export('auth.get_all_rpc_authorizations', {
    requires: [],
    params: t.Tuple([]),
    call: () => reportOf(dispatcher),
  });
  dispatcher.export('auth.set_rpc_authorizations', {
    requires: [SETTER],
    params: t.Tuple([method, list]),
    call: ([name, capabilities]) => {
      set({ [String(name)]: [capabilities as string | string[]].flat() });
    },
  });
  dispatcher.export('auth.set_multiple_rpc_authorizations', {
    requires: [SETTER],
    params: t.Tuple([t.Record(t.String(), t.Array(t.String()), { title: 'rpc_authorizations' })]),
    call: ([authorizations]) => {
      set(authorizations as Record<string, string[]>);
    },
  });
}

export interface ReportContext {
  readonly session: Session;
  readonly rpc: Rpc;
  readonly dispatcher: RpcDispatcher;
  readonly log: Logger;
}

/**
 * Tells platform.auth, 1 s after each connection, what the author's methods require, and takes what it answers: what
 * an operator has decided goes before what the author wrote.
 */
export function reportRpcAuthorizations(context: ReportContext): void {
  const { session } = context;
  let cancel = (): void => undefined;
  session.onPhase((phase) => {
    cancel();
    if (phase !== 'established') return;
    cancel = session.clock.after(REPORT_AFTER_MS, () => {
      void report(context);
    });
  });
}

async function report({ session, rpc, dispatcher, log }: ReportContext): Promise<void> {
  const methods = reportOf(dispatcher);
  try {
    const method = 'update_id_rpc_authorizations';
    const answer = await rpc.call(services.auth, method, [session.identity, methods], { timeoutMs: REPORT_MS });
    const stored = asAuthorizations(answer, `the answer of ${services.auth}`);
    if (stored !== null) apply(dispatcher, stored);
    else if (Object.values(methods).some((requires) => requires.length > 0)) {
      log.warn(`Auth entry not found for ${session.identity}: rpc_method_authorizations not updated.`, {
        remedy: 'Give its auth entry the field "identity" with the agent’s identity.',
      });
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isAbsent = [UnreachableError, UnknownSubsystemError, UnknownMethodError].some(
      (kind) => error instanceof kind,
    );
    const isOld = isAbsent || error instanceof UnauthorizedError || session.phase !== 'established';
    log[isOld ? 'debug' : 'warn']('what methods require could not be told to platform.auth', { reason });
  }
}
