import { checkOcspResponse, checkRevoked, createOcspRequest, createOcspResponse } from '../src/index.ts';
import { createRevocationList, readOcspRequest, readOcspResponse } from '../src/index.ts';
import type { Authority, Certificate } from '../src/index.ts';

/** What a list and an OCSP responder of its issuer say of a certificate that was revoked. */
export function revoke(certificate: Certificate, issuer: Authority) {
  const clock = { now: () => Date.now() };
  const nextUpdate = new Date(clock.now() + 86_400_000);
  const { serialNumber } = certificate;
  const revoked = [{ serialNumber, revokedAt: new Date(clock.now()), reason: 'keyCompromise' }] as const;
  const list = createRevocationList({ issuer, revoked, number: 1n, nextUpdate, clock });
  const check = { issuer: issuer.certificate, time: new Date(clock.now()) };
  const listed = checkRevoked(certificate, { ...check, lists: [list] });

  const asked = createOcspRequest({ certificate, issuer: issuer.certificate }).der; // by HTTP, from the client
  const statusOf = (serial: string) => (serial === serialNumber ? listed : ({ status: 'good' } as const));
  const parties = { request: readOcspRequest(asked), issuer: issuer.certificate, responder: issuer };
  const answer = readOcspResponse(createOcspResponse({ ...parties, statusOf, nextUpdate, clock })); // and back
  const answered = answer.status === 'successful' ? checkOcspResponse(certificate, answer.response, check) : answer;
  return { listed, answered };
}
