import type { RequestAnswer } from '@volttron-ts/enrolment';
import type { Logger } from '@volttron-ts/vip-core';
import type { CertificateRequests } from '../contracts.ts';
import { CsrMissingError } from '../errors.ts';
import type { WebRoute } from '../web-route.ts';
import { sendJson } from './json-answer.ts';

/** In the words of the original, which its users look for in logs, its spelling included. */
const PENDING = 'The request is pending admininstrator approval.';
const DENIED = 'The request has been denied by the administrator.';

/**
 * VOLTTRON's certificate requests (reference/rmq-web-csr.md §3.7): `POST /csr/request_new` with a JSON object, or a JSON
 * text that holds it. Every answer about a request is 200 with a status, because VOLTTRON's clients print the message of
 * an ERROR but nothing of another HTTP status.
 */
export function csrRoutes(certificates: CertificateRequests, log: Logger): readonly WebRoute[] {
  return [
    {
      method: 'POST',
      url: '/csr/request_new',
      access: 'program',
      handle: async (request, reply) => {
        const address = request.ip;
        try {
          return await sendJson(reply, answerOf(await certificates.submit({ csr: csrOf(request.body), address })));
        } catch (error) {
          const status = statusOf(error);
          if (status === undefined) throw error;
          const { message } = error as Error;
          log.info('a certificate request is refused', { address, reason: message });
          return sendJson(reply, { status, message });
        }
      },
    },
  ];
}

/** VOLTTRON's status for what the requester has to know: ERROR when the request is bad, UNKNOWN when it was not kept. */
const refusals: Readonly<Record<string, 'ERROR' | 'UNKNOWN'>> = {
  'csr-missing': 'ERROR',
  'signing-request-unreadable': 'ERROR',
  'signing-request-refused': 'ERROR',
  'certificate-name-refused': 'ERROR',
  'certificate-name': 'ERROR',
  'too-many-requests-waiting': 'UNKNOWN',
};

function statusOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? refusals[String(error.code)] : undefined;
}

/** Throws CsrMissingError. */
function csrOf(body: unknown): string {
  let value = body;
  // VOLTTRON's client sends a JSON text that holds the object.
  for (let unpacked = 0; typeof value === 'string' && unpacked < 2; unpacked++) value = parse(value);
  const csr = typeof value === 'object' && value !== null && 'csr' in value ? value.csr : undefined;
  if (typeof csr !== 'string') throw new CsrMissingError();
  return csr;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CsrMissingError(error);
  }
}

/** Another key for a name hears what a first one hears: nothing of the request that is there. */
function answerOf(answer: RequestAnswer): Readonly<Record<string, string>> {
  if (answer.kind === 'pending') return { status: 'PENDING', message: PENDING };
  if (answer.kind === 'denied') {
    return { status: 'DENIED', message: answer.why === undefined ? DENIED : `${DENIED} Reason: ${answer.why}` };
  }
  const { certificate: cert, intermediates, auto } = answer;
  return {
    status: auto === true ? 'SUCCESSFUL' : 'APPROVED',
    cert,
    ...(intermediates === '' ? {} : { intermediates }),
  };
}
