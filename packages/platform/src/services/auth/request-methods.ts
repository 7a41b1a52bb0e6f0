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
        await enrolment[decide](id, { by: caller.user, from: 'rpc' });
        return null;
      },
    });
  return {
    get_pending_authorizations: list('pending'),
    get_approved_authorizations: list('approved'),
    get_denied_authorizations: list('denied'),
    approve_authorization: decision('approve'),
    deny_authorization: decision('deny'),
    delete_authorization: decision('remove'),
  };
}
