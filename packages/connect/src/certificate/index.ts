/** A certificate from another platform: loaded by those alone who ask for one. @packageDocumentation */
export { awaitCertificate } from './await-certificate.ts';
export type { CertificatePolling } from './await-certificate.ts';
export { requestCertificate } from './request-certificate.ts';
export type { CertificateAnswer, CertificateRequestOptions } from './request-certificate.ts';
export { dialRabbit } from './dial-rabbit.ts';
export type { RabbitDialOptions } from './dial-rabbit.ts';
