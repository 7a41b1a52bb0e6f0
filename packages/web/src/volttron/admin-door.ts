import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { WebTokenInvalidError } from '@volttron-ts/auth';
import type { CertificateRequest, Decision } from '@volttron-ts/enrolment';
import { UnauthorizedError, VipError } from '@volttron-ts/vip-core';
import type { KeyRequest } from '@volttron-ts/vip-core';
import type { CertificateRequests, KeyRequests, TokenLogin } from '../contracts.ts';
import { FirstUserExistsError, LoginRequiredError, NotFoundError } from '../errors.ts';
import { bearerOf } from '../request-origin.ts';

export interface AdminDoorOptions {
  readonly tokens: TokenLogin;
  readonly keyRequests: KeyRequests;
  readonly certificates: CertificateRequests | undefined;
}

type Verb = 'approve' | 'deny' | 'delete';

/** The original's texts; it has the same one for denied and deleted. */
const answers: Readonly<Record<Verb, { readonly status: string; readonly message: string }>> = {
  approve: { status: 'APPROVED', message: 'The administrator has approved the request' },
  deny: { status: 'DENIED', message: 'The administrator has denied the request' },
  delete: { status: 'DELETED', message: 'The administrator has denied the request' },
};

/**
 * VOLTTRON's `/admin/api` (reference/rmq-web-csr.md §3.6) for programs that know it. Its GETs change things, so that only a
 * token in a header opens them, which no page of another host can send; the same paths take POST. Its pages lead to ours.
 */
export const adminDoor: FastifyPluginCallback<AdminDoorOptions> = (
  scope,
  { tokens, keyRequests, certificates },
  done,
) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, _body, parsed) => {
    parsed(null, undefined);
  });
  const admit = (request: FastifyRequest): Promise<string> => userOf(request, tokens);

  scope.get('/admin/api/pending_csrs', async (request) => {
    await admit(request);
    return [...((await certificates?.list()) ?? []).map(csrForm), ...(await keyRequests.list()).map(keyForm)];
  });
  scope.get('/admin/api/certs', async (request) => {
    await admit(request);
    return ((await certificates?.list({ status: 'issued' })) ?? []).map(certificateForm);
  });
  scope.route({
    method: ['GET', 'POST'],
    url: '/admin/api/:action/:id',
    exposeHeadRoute: false,
    handler: async (request) => {
      const by = await admit(request);
      const { action, id } = request.params as { action: string; id: string };
      const [, verb, kind] = /^(approve|deny|delete)_(csr|credential)$/.exec(action) ?? [];
      if (verb === undefined) throw new NotFoundError(request.url.slice(0, 200));
      const decision: Decision = { by, from: request.ip };
      return decide({ keyRequests, certificates }, verb as Verb, { kind, id, decision });
    },
  });
  scope.post('/admin/*', () => Promise.reject(new FirstUserExistsError()));
  for (const path of ['/admin', '/admin/', '/admin/:page.html']) {
    scope.get(path, { exposeHeadRoute: false }, (_request, reply: FastifyReply) => reply.redirect('/', 302));
  }
  done();
};

/** The admin by the token in the header alone. */
async function userOf(request: FastifyRequest, tokens: TokenLogin): Promise<string> {
  const bearer = bearerOf(request.headers);
  if (bearer === undefined) throw new LoginRequiredError();
  const { user, roles } = await tokens.verify(bearer).catch((error: unknown) => {
    throw error instanceof WebTokenInvalidError ? new LoginRequiredError() : error;
  });
  if (!roles.includes('admin')) throw new UnauthorizedError('Only members of the group "admin" may do this.');
  return user;
}

interface Deciders {
  readonly keyRequests: KeyRequests;
  readonly certificates: CertificateRequests | undefined;
}

interface Decided {
  readonly kind: string | undefined;
  readonly id: string;
  readonly decision: Decision;
}

/** A name or id of a certificate request by either kind of path, as the original's aliases; else a key's. */
async function decide({ keyRequests, certificates }: Deciders, verb: Verb, { kind, id, decision }: Decided) {
  const isCertificate = (await certificates?.find(id)) !== undefined;
  if (!isCertificate && kind === 'csr') throw new RequestUnknownHereError(id);
  const list = isCertificate ? certificates : keyRequests;
  if (list === undefined) throw new RequestUnknownHereError(id);
  if (verb === 'delete') await list.remove(id, decision);
  else await list[verb](id, decision);
  const issued = kind === 'csr' && verb === 'approve' ? (await certificates?.find(id))?.certificate : undefined;
  return issued === undefined ? answers[verb] : { status: 'APPROVED', cert: issued.certificate };
}

class RequestUnknownHereError extends VipError {
  override readonly name = 'RequestUnknownHereError';
  constructor(id: string) {
    super('request-unknown', `There is no certificate request "${id}".`, {
      item: 'request',
      value: id,
      remedy: 'List them with GET /admin/api/pending_csrs.',
    });
  }
}

/** The original's word for where a request stands. */
const statusWords: Readonly<Record<CertificateRequest['status'], string>> = {
  pending: 'PENDING',
  approved: 'PENDING',
  issued: 'APPROVED',
  denied: 'DENIED',
  canceled: 'DENIED',
  failed: 'DENIED',
};

const csrForm = ({ address, name, csr, status }: CertificateRequest): object => ({
  remote_ip_address: address,
  identity: name,
  csr,
  status: statusWords[status],
});

const certificateForm = (request: CertificateRequest): object => ({
  ...csrForm(request),
  cert: request.certificate?.certificate ?? '',
});

const keyForm = ({ domain, address, credential, id, attempts }: KeyRequest): object => ({
  ...{ domain, address, mechanism: 'CURVE', credentials: credential, user_id: id, retries: attempts },
});
