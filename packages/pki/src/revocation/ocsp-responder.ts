import type { Certificate } from '../certificate/certificate.ts';
import { ChainSearch, isNamedBy } from '../certificate/chain-search.ts';
import { oids } from '../der/oids.ts';

/** Why a certificate may not answer for an issuer at a time (RFC 6960 §4.2.2.2); undefined for one that may. */
export function responderProblem(responder: Certificate, issuer: Certificate, time: Date): string | undefined {
  if (responder.der.equals(issuer.der)) return undefined;
  if (!responder.extendedKeyUsages.includes(oids.OCSPSigning))
    return 'the responder is neither the issuer nor its delegate';
  const isIssued =
    isNamedBy(issuer, responder) &&
    new ChainSearch({ roots: [issuer], intermediates: [] }).isSignedBy(responder, issuer);
  if (!isIssued) return 'the responder has its certificate from another issuer';
  if (!(time >= responder.notBefore && time <= responder.notAfter))
    return 'the certificate of the responder is not valid';
  return undefined;
}
