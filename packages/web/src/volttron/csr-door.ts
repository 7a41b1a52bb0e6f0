import type { FastifyPluginCallback } from 'fastify';
import type { CertificateEnrolment, RequestAnswer } from '@volttron-ts/enrolment';
import { VipError } from '@volttron-ts/vip-core';
import type { Logger } from '@volttron-ts/vip-core';
import { MethodNotAllowedError } from '../errors.ts';
import { allMethods } from '../web-route.ts';

export interface CsrDoorOptions {
  readonly certificates: Pick<CertificateEnrolment, 'submit'>;
  readonly log: Logger;
}

const PATH = '/csr/request_new';

/** In the words of the original, which its users look for in logs, its spelling included. */
const PENDING = 'The request is pending admininstrator approval.';
const DENIED = 'The request has been denied by the administrator.';

/**
 * VOLTTRON's certificate requests (reference/rmq-web-csr.md §3.7): `POST /csr/request_new` with a JSON object, or a JSON
 * text that holds it, of whatever content type. Every answer is 200 with a status, because its clients print nothing of
 * another; what cannot be signed is ERROR with the reason.
 */
export const csrDoor: FastifyPluginCallback<CsrDoorOptions> = (scope, { certificates, log }, done) => {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, parsed) => {
    parsed(null, body);
  });
  scope.post(PATH, async (request) => {
    try {
      const csr = csrOf(request.body);
      return answerOf(await certificates.submit({ csr, address: request.ip }));
    } catch (error) {
      if (!isAboutTheRequest(error)) throw error;
      log.info('a certificate request is refused', { address: request.ip, reason: error.message });
      return { status: 'ERROR', message: error.message };
    }
  });
  scope.route({
    method: allMethods.filter((method) => method !== 'POST'),
    url: PATH,
    exposeHeadRoute: false,
    preParsing: (request) => Promise.reject(new MethodNotAllowedError(request.method, PATH, 'POST')),
    handler: () => undefined,
  });
  done();
};

/** Errors that tell a client what is wrong with what it sent. */
const CODES: ReadonlySet<string> = new Set([
  'csr-missing',
  'signing-request-unreadable',
  'signing-request-refused',
  'name-refused',
]);

function isAboutTheRequest(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && CODES.has(String(error.code));
}

function csrOf(body: unknown): string {
  let value = body;
  // The original's client sends a text that holds the object.
  for (let unpacked = 0; typeof value === 'string' && unpacked < 2; unpacked++) value = parse(value);
  const csr = typeof value === 'object' && value !== null && 'csr' in value ? value.csr : undefined;
  if (typeof csr === 'string') return csr;
  throw new CsrMissingError();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

class CsrMissingError extends VipError {
  override readonly name = 'CsrMissingError';
  constructor() {
    super('csr-missing', 'The request holds no text "csr".', {
      item: 'csr',
      remedy: 'Send a JSON object with the request as PEM text in "csr".',
    });
  }
}

/** Anonymous callers hear of their own key's request only. */
function answerOf(answer: RequestAnswer): Readonly<Record<string, string>> {
  if (answer.kind === 'pending') return { status: 'PENDING', message: PENDING };
  if (answer.kind === 'denied') return { status: 'DENIED', message: DENIED };
  const { certificate: cert, intermediates, auto } = answer;
  return {
    status: auto === true ? 'SUCCESSFUL' : 'APPROVED',
    cert,
    ...(intermediates === '' ? {} : { intermediates }),
  };
}
