import { createPkcs12, createRootCertificate, generateKeyPair, issueCertificate, verifyChain } from '../src/index.ts';

const clock = { now: () => Date.now() };
const { privateKey } = await generateKeyPair('P-256');
const subject = { commonName: 'central-root-ca' };
const root = createRootCertificate({ subject, privateKey, validity: { days: 3650 }, clock });
export const issuer = { certificate: root, privateKey };
const server = await generateKeyPair('P-256');
export const web = issueCertificate({
  issuer,
  profile: 'server',
  publicKey: server.publicKey,
  subject: { commonName: 'central.platform.web' },
  dnsNames: ['localhost'],
  ipAddresses: ['127.0.0.1'],
  validity: { days: 397 },
  clock,
});
// Answers [web, root], or throws with all reasons.
const chain = verifyChain(web, { roots: [root], time: new Date(), purpose: 'server', name: 'localhost' });
export const file = await createPkcs12({
  privateKey: server.privateKey,
  certificate: web,
  chain: chain.slice(1),
  passphrase: 'correct horse battery staple',
});
