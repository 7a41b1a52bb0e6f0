import { createRootCertificate, generateKeyPair, issueCertificate, verifyChain } from '../src/index.ts';

const clock = { now: () => Date.now() };
const { privateKey } = await generateKeyPair('P-256');
const subject = { commonName: 'central-root-ca' };
const certificate = createRootCertificate({ subject, privateKey, validity: { days: 3650 }, clock });
const server = await generateKeyPair('P-256');
export const web = issueCertificate({
  issuer: { certificate, privateKey },
  profile: 'server',
  publicKey: server.publicKey,
  subject: { commonName: 'central.platform.web' },
  dnsNames: ['localhost'],
  ipAddresses: ['127.0.0.1'],
  validity: { days: 397 },
  clock,
});
verifyChain(web, { roots: [certificate], time: new Date(), purpose: 'server', name: 'localhost' }); // throws all reasons
