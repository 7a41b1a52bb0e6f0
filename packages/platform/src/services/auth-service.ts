import { defineAgent, t } from '@volttron-ts/agent';
import type { AgentDefinition } from '@volttron-ts/agent';
import type { SnapshotAuthorizer } from '@volttron-ts/auth';
import type { Enrolment, EnrolmentRequest, RequestStatus } from '@volttron-ts/enrolment';

const MODIFY = 'allow_auth_modifications';
const user = t.Tuple([t.String({ title: 'user_id' })]);
const none = t.Tuple([]);

/** A request in the form of VOLTTRON's lists (reference/vip-zmq.md §3.7): `user_id` names it in approve and deny. */
function inOriginalForm(request: EnrolmentRequest): Record<string, unknown> {
  const { id, credential, identity, domain, address, attempts } = request;
  return { domain, address, mechanism: 'CURVE', credentials: credential, user_id: id, identity, retries: attempts };
}

/** `platform.auth`, first part (reference/vip-zmq.md §3.8): who waits, decisions, and what users may do. */
export function defineAuthService(enrolment: Enrolment, authorizer: SnapshotAuthorizer): AgentDefinition {
  const list = async (status: RequestStatus): Promise<unknown> =>
    (await enrolment.list({ status })).map((request) => inOriginalForm(request));
  const decision = (peer: string): { by: string; from: string } => ({ by: peer, from: 'rpc' });
  return defineAgent({
    name: 'platform.auth',
    config: t.Object({}),
    methods: {
      get_pending_authorizations: { params: none, call: () => list('pending') },
      get_approved_authorizations: { params: none, call: () => list('approved') },
      get_denied_authorizations: { params: none, call: () => list('denied') },
      approve_authorization: {
        requires: MODIFY,
        params: user,
        call: async ([id], { caller }) => {
          await enrolment.approve(id, decision(caller.user));
          return null;
        },
      },
      deny_authorization: {
        requires: MODIFY,
        params: user,
        call: async ([id], { caller }) => {
          await enrolment.deny(id, decision(caller.user));
          return null;
        },
      },
      delete_authorization: {
        requires: MODIFY,
        params: user,
        call: async ([id], { caller }) => {
          await enrolment.remove(id, decision(caller.user));
          return null;
        },
      },
      get_user_to_capabilities: { params: none, call: () => authorizer.userToCapabilities() },
      get_capabilities: { params: user, call: ([id]) => Object.keys(authorizer.capabilitiesOf(id)) },
    },
  });
}
