import { checker, DiscoveryDocument, VipError } from '@volttron-ts/vip-core';
import { DiscoveryError } from './errors.ts';
import { askWeb, WebAnswerMissing } from './web-answer.ts';

const asDiscovery = checker(DiscoveryDocument);

/**
 * Asks a platform's web service who it is: `GET <address>/discovery/` (reference/rmq-web-csr.md §3.4). The server's
 * certificate must come from `rootCertificate` (PEM), or from a root that the system trusts. Throws DiscoveryError.
 */
export async function discover(
  address: string,
  options: { readonly rootCertificate?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<DiscoveryDocument> {
  try {
    const answer = await askWeb(address, { method: 'GET', path: '/discovery/', ...options });
    return asDiscovery(answer, 'the discovery document');
  } catch (error) {
    throw explain(address, error);
  }
}

function explain(address: string, error: unknown): DiscoveryError {
  if (error instanceof WebAnswerMissing) return new DiscoveryError(address, error.message, error.remedy, error.cause);
  if (error instanceof VipError) {
    return new DiscoveryError(address, error.message.replace(/\.$/, ''), 'Is it a VOLTTRON web service?', error);
  }
  return new DiscoveryError(address, String(error), 'See the log.', error);
}
