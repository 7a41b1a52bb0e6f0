/** Keys and X.509 certificates: computes, never stores. @packageDocumentation */
export { readCertificate, readCertificates } from './certificate/certificate.ts';
export type { Certificate } from './certificate/certificate.ts';
export type { KeyUsage } from './certificate/extensions.ts';
export { createRootCertificate, issueCertificate } from './certificate/issue.ts';
export type { Authority, CertificateOptions, CertificateProfile, RootRequest } from './certificate/issue.ts';
export type { Validity, WallClock } from './certificate/validity.ts';
export type { ChainPurpose } from './certificate/chain-rules.ts';
export { chainCodes, verifyChain } from './certificate/verify-chain.ts';
export type { ChainCheck } from './certificate/verify-chain.ts';
export {
  CertificateRefusedError,
  CertificateUnreadableError,
  CertificateUntrustedError,
  DerError,
  KeyUnreadableError,
  KeyUnsupportedError,
  PkiError,
  ValidityUnusableError,
} from './errors.ts';
export type { CertificateProblem, ChainProblem } from './errors.ts';
export { checkSigningRequest, signingRequestCodes } from './csr/check-signing-request.ts';
export type { SigningPolicy } from './csr/check-signing-request.ts';
export { SigningRequestRefusedError, SigningRequestUnreadableError } from './csr/errors.ts';
export { createSigningRequest, readSigningRequest } from './csr/signing-request.ts';
export type { SigningRequest, SigningRequestOptions } from './csr/signing-request.ts';
export { generateKeyPair, keyAlgorithmNames } from './key/key-algorithm.ts';
export type { KeyAlgorithmName, KeyPair } from './key/key-algorithm.ts';
export { createPkcs12 } from './pkcs12/create-pkcs12.ts';
export type { Pkcs12Options } from './pkcs12/create-pkcs12.ts';
export { Pkcs12PassphraseError, Pkcs12RefusedError, Pkcs12UnreadableError } from './pkcs12/errors.ts';
export { readPkcs12 } from './pkcs12/read-pkcs12.ts';
export type { Pkcs12Content } from './pkcs12/read-pkcs12.ts';
export { certificateStatus, defineCertificatePlugin } from './plugin/certificate-plugin.ts';
export type {
  CaInfo,
  CertificatePlugin,
  CertificatePluginDefinition,
  CertificateStatus,
  CreateCaRequest,
  Json,
  JsonObject,
  OrderMeta,
  OrderMethod,
  PluginContext,
  PluginOrder,
  PluginResult,
} from './plugin/certificate-plugin.ts';
export { PluginCaError, PluginConfigError, SubjectUnreadableError } from './plugins/errors.ts';
export { acme } from './plugins/acme/acme.ts';
export { instanceCa } from './plugins/instance-ca.ts';
export { manual } from './plugins/manual.ts';
export { keyFingerprint } from './key/key-fingerprint.ts';
export { isEncryptedKey, keyCiphers, readEncryptedKey, writeEncryptedKey } from './key/encrypted-key.ts';
export type { KeyCipher } from './key/encrypted-key.ts';
export { PassphraseWrongError } from './key/errors.ts';
export { readPrivateKey, writePrivateKey } from './key/private-key.ts';
export { checkRevoked } from './revocation/check-revoked.ts';
export type { RevocationCheck, RevocationStatus } from './revocation/check-revoked.ts';
export { checkOcspResponse } from './revocation/check-ocsp-response.ts';
export type { OcspCheck } from './revocation/check-ocsp-response.ts';
export { createOcspFailure, createOcspResponse } from './revocation/create-ocsp-response.ts';
export type { OcspResponseOptions } from './revocation/create-ocsp-response.ts';
export { createOcspRequest, readOcspRequest } from './revocation/ocsp-request.ts';
export type { OcspQuestion, OcspRequest } from './revocation/ocsp-request.ts';
export { readOcspResponse } from './revocation/ocsp-response.ts';
export type { OcspAnswer, OcspResponse, OcspResult } from './revocation/ocsp-response.ts';
export type { OcspFailure } from './revocation/ocsp-status.ts';
export { createRevocationList } from './revocation/create-revocation-list.ts';
export type { RevocationListOptions } from './revocation/create-revocation-list.ts';
export { OcspUnreadableError, RevocationListUnreadableError, RevocationRefusedError } from './revocation/errors.ts';
export { revocationReasons } from './revocation/reasons.ts';
export type { RevocationReason } from './revocation/reasons.ts';
export { readRevocationList } from './revocation/revocation-list.ts';
export type { RevocationList, RevokedCertificate } from './revocation/revocation-list.ts';
export { rootFileName } from './name/root-name.ts';
export type { DistinguishedName } from './name/distinguished-name.ts';
