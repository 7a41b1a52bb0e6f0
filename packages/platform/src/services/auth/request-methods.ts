import type { Enrolment, EnrolmentRequest, RequestStatus } from '@volttron-ts/enrolment';
import { method, MODIFY, none, userId } from './methods.ts';
import type { Methods } from './methods.ts';

/** A request in the form of VOLTTRON's lists (reference/vip-zmq.md §3.7): `user_id` names it in approve and deny. */
function inOriginalForm(request: EnrolmentRequest): Record<string, unknown> {
  const { id, credential, identity, domain, address, attempts } = request;
  return { domain, address, mechanism: 'CURVE', credentials: credential, user_id: id, identity, retries: attempts };
}

/** Who waits, and the decisions about them. */
export function requestMethods(enrolment: Enrolment): Methods {
  const list = (status: RequestStatus): Methods[string] =>
    method({
      params: none,
      call: async () => (await enrolment.list({ status })).map((request) => inOriginalForm(request)),
    });
  const decision = (decide: 'approve' | 'deny' | 'remove'): Methods[string] =>
    method({
      requires: MODIFY,
      params: userId,
      call: async ([id], { caller }) => {
        const was = await find(enrolment, id);
        await enrolment[decide](id, { by: caller.user, from: 'rpc' });
        return decide !== 'deny' && was?.status === 'denied' ? RESTART : null;
      },
    });
  const methods = {
    ...{ get_pending_authorizations: list('pending'), get_approved_authorizations: list('approved') },
    ...{ get_denied_authorizations: list('denied'), approve_authorization: decision('approve') },
    ...{ deny_authorization: decision('deny'), delete_authorization: decision('remove') },
  };
  return { ...methods, ...singleMethods(enrolment), ...namesOfTen(methods) };
}

/** What an operator must know who takes a denial back. */
const RESTART =
  'The key was denied: an agent of libzmq (each Python agent) does not come back by itself, it must be restarted.';

const find = async (enrolment: Enrolment, id: string): Promise<EnrolmentRequest | undefined> =>
  (await enrolment.list()).find((request) => request.id === id);

/** About one request: its key, and where it stands, in the original's words. */
function singleMethods(enrolment: Enrolment): Methods {
  return {
    get_authorization: method({
      requires: MODIFY,
      params: userId,
      call: async ([id]) => (await find(enrolment, id))?.credential ?? '',
    }),
    get_authorization_status: method({
      requires: MODIFY,
      params: userId,
      // The original's word for what it does not know, as callers compare it.
      call: async ([id]) => (await find(enrolment, id))?.status.toUpperCase() ?? 'UNKOWN',
    }),
  };
}

/** VOLTTRON 10 calls the same by other names (reference/vip-zmq.md §8). */
function namesOfTen(methods: Methods): Methods {
  const names = Object.keys(methods).map((name) => {
    const [, verb = '', status = ''] = /^(\w+)_authorization$|^get_(\w+)_authorizations$/.exec(name) ?? [];
    return [status === '' ? `${verb}_authorization_failure` : `get_authorization_${status}`, name] as const;
  });
  return Object.fromEntries(names.flatMap(([ten, name]) => (methods[name] ? [[ten, methods[name]]] : [])));
}
