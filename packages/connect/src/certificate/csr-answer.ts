import { checker, t } from '@volttron-ts/vip-core';
import { CertificateRequestError } from '../errors.ts';

const AnswerBody = t.Object({
  status: t.String(),
  message: t.Optional(t.String()),
  cert: t.Optional(t.String()),
  intermediates: t.Optional(t.String()),
});
const asAnswer = checker(AnswerBody);

/** What `/csr/request_new` says of a request (reference/rmq-web-csr.md §3.7). */
export type CsrAnswer =
  | { readonly kind: 'pending' | 'denied'; readonly message: string }
  | { readonly kind: 'approved'; readonly certificate: string; readonly intermediates: string };

/** Throws CertificateRequestError for an ERROR, and for what is no answer. */
export function readAnswer(address: string, body: unknown): CsrAnswer {
  const { status, message = '', cert, intermediates = '' } = parse(address, body);
  switch (status) {
    case 'APPROVED':
    case 'SUCCESSFUL':
      if (cert === undefined) throw strange(address, `it says ${status} without a certificate`);
      return { kind: 'approved', certificate: cert, intermediates };
    case 'PENDING':
      return { kind: 'pending', message };
    case 'DENIED':
      return { kind: 'denied', message };
    case 'ERROR':
    case 'UNKNOWN': {
      const why = message === '' ? status : message.replace(/\.$/, '');
      throw new CertificateRequestError(address, why, 'See the log of that platform.', {
        mayPass: status === 'UNKNOWN',
      });
    }
    default:
      throw strange(address, `it answers the status ${JSON.stringify(status)}`);
  }
}

function parse(address: string, body: unknown): ReturnType<typeof asAnswer> {
  try {
    return asAnswer(body, 'the answer');
  } catch (error) {
    throw strange(address, error instanceof Error ? error.message.replace(/\.$/, '') : String(error), error);
  }
}

const strange = (address: string, why: string, cause?: unknown): CertificateRequestError =>
  new CertificateRequestError(address, why, 'Is it a VOLTTRON web service?', { cause });
