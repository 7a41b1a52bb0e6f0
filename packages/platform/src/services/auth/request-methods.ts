import type {
  CertificateEnrolment,
  CertificateRequest,
  Enrolment,
  EnrolmentRequest,
  RequestStatus,
} from '@volttron-ts/enrolment';
import { method, MODIFY, none, userId } from './methods.ts';
import type { Methods } from './methods.ts';

/** A request in the form of VOLTTRON's lists (reference/vip-zmq.md §3.7): `user_id` names it in approve and deny. */
function inOriginalForm(request: EnrolmentRequest): Record<string, unknown> {
  const { id, credential, identity, domain, address, attempts } = request;
  return { domain, address, mechanism: 'CURVE', credentials: credential, user_id: id, identity, retries: attempts };
}

const words: Readonly<Record<CertificateRequest['status'], string>> = {
  ...{ pending: 'PENDING', approved: 'PENDING', issued: 'APPROVED' },
  ...{ denied: 'DENIED', canceled: 'DENIED', failed: 'DENIED' },
};

/** A certificate request in the form that RabbitMQ instances have for it (reference/rmq-web-csr.md §2.4), and more. */
function certificateForm(request: CertificateRequest): Record<string, unknown> {
  const { id, name, address, csr, status, fingerprint, conflicts } = request;
  const form = { remote_ip_address: address, identity: name, csr, status: words[status] };
  return { ...form, user_id: name, id, address, fingerprint, conflicts: conflicts.length };
}

/** Where requests of each kind stand that are listed as pending, approved or denied. */
const listed: Readonly<Record<RequestStatus, readonly CertificateRequest['status'][]>> = {
  pending: ['pending', 'approved'],
  approved: ['issued'],
  denied: ['denied', 'canceled', 'failed'],
};

/** Who waits, and the decisions about them: keys by the id of their request, certificate requests by name or id. */
export function requestMethods(enrolment: Enrolment, certificates?: CertificateEnrolment): Methods {
  const list = (status: RequestStatus): Methods[string] =>
    method({
      params: none,
      call: async () => {
        const requests = (await certificates?.list()) ?? [];
        const ofStatus = requests.filter((request) => listed[status].includes(request.status));
        const keys = await enrolment.list({ status });
        return [...ofStatus.map(certificateForm), ...keys.map((request) => inOriginalForm(request))];
      },
    });
  const decision = (decide: 'approve' | 'deny' | 'remove'): Methods[string] =>
    method({
      requires: MODIFY,
      params: userId,
      call: async ([id], { caller }) => {
        const by = { by: caller.user, from: 'rpc' };
        if (certificates !== undefined && (await certificates.find(id)) !== undefined) {
          await certificates[decide](id, by);
          return null;
        }
        const was = await find(enrolment, id);
        await enrolment[decide](id, by);
        return decide !== 'deny' && was?.status === 'denied' ? RESTART : null;
      },
    });
  const methods = {
    ...{ get_pending_authorizations: list('pending'), get_approved_authorizations: list('approved') },
    ...{ get_denied_authorizations: list('denied'), approve_authorization: decision('approve') },
    ...{ deny_authorization: decision('deny'), delete_authorization: decision('remove') },
  };
  return { ...methods, ...singleMethods(enrolment, certificates), ...namesOfTen(methods) };
}

/** What an operator must know who takes a denial back. */
const RESTART =
  'The key was denied: an agent of libzmq (each Python agent) does not come back by itself, it must be restarted.';

const find = async (enrolment: Enrolment, id: string): Promise<EnrolmentRequest | undefined> =>
  (await enrolment.list()).find((request) => request.id === id);

/** About one request: its key or certificate, and where it stands, in the original's words. */
function singleMethods(enrolment: Enrolment, certificates: CertificateEnrolment | undefined): Methods {
  return {
    get_authorization: method({
      requires: MODIFY,
      params: userId,
      call: async ([id]) => {
        const request = await certificates?.find(id);
        if (request !== undefined) return request.certificate?.certificate ?? '';
        return (await find(enrolment, id))?.credential ?? '';
      },
    }),
    get_authorization_status: method({
      requires: MODIFY,
      params: userId,
      call: async ([id]) => {
        const request = await certificates?.find(id);
        if (request !== undefined) return words[request.status];
        // The original's words for what it does not know, on ZeroMQ and with certificates, as callers compare them.
        const unknown = certificates === undefined ? 'UNKOWN' : 'UNKNOWN';
        return (await find(enrolment, id))?.status.toUpperCase() ?? unknown;
      },
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
