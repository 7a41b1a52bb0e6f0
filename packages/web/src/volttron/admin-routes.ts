import type { FastifyRequest } from 'fastify';
import type { CertificateRequest, Decision } from '@volttron-ts/enrolment';
import { checker, t } from '@volttron-ts/vip-core';
import type { KeyRequest } from '@volttron-ts/vip-core';
import type { Caller } from '../caller.ts';
import type { CertificateRequests, KeyRequests } from '../contracts.ts';
import { BadRequestError, FirstUserExistsError, NotFoundError, TokenRequiredError } from '../errors.ts';
import type { WebRoute } from '../web-route.ts';
import { sendJson } from './json-answer.ts';

/** What is decided on. */
export interface AdminRoutesOptions {
  readonly keyRequests: KeyRequests;
  readonly certificates: CertificateRequests | undefined;
}

/** VOLTTRON's texts; it says the same of denied and of deleted. */
const answers = {
  approve: { status: 'APPROVED', message: 'The administrator has approved the request' },
  deny: { status: 'DENIED', message: 'The administrator has denied the request' },
  delete: { status: 'DELETED', message: 'The administrator has denied the request' },
} as const;
type Verb = keyof typeof answers;

/**
 * VOLTTRON's `/admin` (reference/rmq-web-csr.md §3.6). Its GETs change things, so that only a token in a header opens
 * them, which no page of another host can send; the same paths take POST, there with a reason. Its pages lead to ours.
 */
export function adminRoutes(options: AdminRoutesOptions): readonly WebRoute[] {
  return [...listRoutes(options), ...(['GET', 'POST'] as const).map((by) => decisionRoute(by, options)), ...pages];
}

function listRoutes({ keyRequests, certificates }: AdminRoutesOptions): readonly WebRoute[] {
  return [
    {
      method: 'GET',
      url: '/admin/api/pending_csrs',
      access: 'token-read',
      handle: async (_request, reply) => {
        const requests = (await certificates?.list({ status: 'pending' })) ?? [];
        const keys = (await keyRequests.list()).filter(({ status }) => status === 'pending');
        return sendJson(reply, [...requests.map(pendingCsr), ...keys.map(pendingKey)]);
      },
    },
    {
      method: 'GET',
      url: '/admin/api/certs',
      access: 'token-read',
      handle: async (_request, reply) => {
        const issued = (await certificates?.list({ status: 'issued' })) ?? [];
        return sendJson(reply, issued.map(approvedCsr));
      },
    },
  ];
}

function decisionRoute(method: 'GET' | 'POST', options: AdminRoutesOptions): WebRoute {
  return {
    method,
    url: '/admin/api/:action/:id',
    access: 'token',
    handle: async (request, reply, caller) => {
      const { action, id } = request.params as { action: string; id: string };
      const [, verb, kind] = /^(approve|deny|delete)_(csr|credential)$/.exec(action) ?? [];
      if (verb === undefined) throw new NotFoundError(request.url.slice(0, 200));
      const decided = await decide(options, verb as Verb, id, decisionOf(request, caller));
      return sendJson(reply, answerOf(verb as Verb, kind === 'csr' ? decided : undefined));
    },
  };
}

/** VOLTTRON lets whoever comes first make the first user; here the platform makes it when it starts. */
const pages: readonly WebRoute[] = [
  ...['/admin', '/admin/', '/admin/:page.html'].map((url): WebRoute => ({
    method: 'GET',
    url,
    access: 'anyone',
    handle: (_request, reply) => reply.redirect('/', 302),
  })),
  ...['/admin', '/admin/', '/admin/setpassword'].map((url): WebRoute => ({
    method: 'POST',
    url,
    access: 'program',
    handle: () => Promise.reject(new FirstUserExistsError()),
  })),
];

const checkReason = checker(t.Object({ why: t.Optional(t.String({ maxLength: 500 })) }));

/** Throws BadRequestError, InvalidValueError, TokenRequiredError. */
function decisionOf({ body, ip }: FastifyRequest, { user }: Caller): Decision {
  if (user === undefined) throw new TokenRequiredError();
  const given = typeof body === 'string' && body.trim() !== '' ? parse(body) : {};
  return { by: user, from: ip, why: checkReason(given, 'The decision').why };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BadRequestError('The body is not JSON.', error);
  }
}

/** A certificate request by either kind of path, as VOLTTRON's aliases, else a key; answers the former as it is then. */
async function decide(
  { keyRequests, certificates }: AdminRoutesOptions,
  verb: Verb,
  id: string,
  decision: Decision,
): Promise<CertificateRequest | undefined> {
  if (certificates === undefined || (await certificates.find(id)) === undefined) {
    await (verb === 'delete' ? keyRequests.remove(id, decision) : keyRequests[verb](id, decision));
    return undefined;
  }
  if (verb !== 'delete') return certificates[verb](id, decision);
  await certificates.remove(id, decision);
  return undefined;
}

/** An approved request has its certificate, unless its CA takes time over it or fails. */
function answerOf(verb: Verb, request: CertificateRequest | undefined): Readonly<Record<string, string>> {
  if (verb !== 'approve' || request === undefined) return answers[verb];
  const { certificate, order, status, problem } = request;
  if (certificate !== undefined) return { status: 'APPROVED', cert: certificate.certificate };
  const why = problem ?? order?.subStatusMessage ?? 'The certificate authority has not issued the certificate yet';
  return { status: status === 'failed' ? 'ERROR' : 'PENDING', message: why };
}

const pendingKey = ({ domain, address, credential, id, attempts }: KeyRequest): object => ({
  ...{ domain, address, mechanism: 'CURVE', credentials: credential, user_id: id, retries: attempts },
});

const pendingCsr = ({ address, name, csr, conflicts }: CertificateRequest): object => ({
  ...{ remote_ip_address: address, identity: name, csr, status: 'PENDING' },
  // Other keys that asked for the name: who approves it should know.
  ...(conflicts.length === 0 ? {} : { conflicts }),
});

const approvedCsr = ({ address, name, csr, certificate }: CertificateRequest): object => ({
  ...{ common_name: name, remote_ip_address: address, identity: name, csr, status: 'APPROVED' },
  cert: certificate?.certificate,
});
