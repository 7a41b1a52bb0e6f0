// A certificate plugin that takes the requests of names with "unruly-" in them, and does with them what the name says.
import { Buffer } from 'node:buffer';
import process from 'node:process';

const deedOf = (csr) => {
  const der = Buffer.from(csr.replace(/-----[^-]+-----/g, ''), 'base64').toString('latin1');
  return /unruly-([a-z]+)/.exec(der)?.[1];
};
const deeds = {
  loop: () => {
    for (;;);
  },
  throw: () => {
    throw new Error('the CA is on fire');
  },
  exit: () => process.exit(3),
  never: () => new Promise(() => undefined),
  strange: () => 7,
  nonsense: () => ({ status: 'certificate generated', certificate: 'PEM' }),
};
const act = ({ orderMeta }) => deeds[deedOf(orderMeta.csr)]();

export default {
  name: 'by-name',
  create: () => ({
    supports: ({ csr }) => deedOf(csr) !== undefined,
    issueCertificateRequest: act,
    checkCertificateStatus: act,
    modifyCertificateRequest: act,
    cancelCertificateRequest: act,
  }),
};
