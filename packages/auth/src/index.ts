/** Who may, and what we hold: key stores, known hosts, auth entries, ZAP decisions, web users. @packageDocumentation */
export type { AuditEntry, AuditHead, AuditRecord } from './audit/audit-line.ts';
export { AuditLog } from './audit/audit-log.ts';
export type { AuditLogOptions } from './audit/audit-log.ts';
export { verifyAudit } from './audit/verify-audit.ts';
export type { AuditVerdict } from './audit/verify-audit.ts';
export { addressWarnings } from './address-rules.ts';
export type { AuthContents, AuthList } from './auth-document.ts';
export { userOf } from './auth-entry.ts';
export type { AuthEntry, AuthEntryInput, AuthMatch } from './auth-entry.ts';
export { AuthFile } from './auth-file.ts';
export type { AuthFileChange } from './auth-file.ts';
export { formatAuthentication } from './auth-log.ts';
export { createAuthSnapshot } from './auth-snapshot.ts';
export type { AuthSnapshot } from './auth-snapshot.ts';
export { createAuthenticator } from './authenticator.ts';
export type { AuthenticatorOptions, SnapshotAuthenticator } from './authenticator.ts';
export { createAuthorizer } from './authorizer.ts';
export type { SnapshotAuthorizer } from './authorizer.ts';
export type { Capabilities, Restrictions } from './capabilities.ts';
export {
  AuditKeyInvalidError,
  CertificateNameError,
  AuthEntryExistsError,
  AuthEntryInvalidError,
  AuthEntryUnknownError,
  AuthFileEditError,
  AuthFileInvalidError,
  AuthFileNewerError,
  HomeForeignError,
  HomeUnusableError,
  IdentityReservedError,
  IdentityTakenError,
  InstanceConfigError,
  KeyStoreInvalidError,
  KnownHostMismatchError,
  KnownHostsInvalidError,
  LoginRefusedError,
  LoginThrottledError,
  SecretFileInvalidError,
  SessionInvalidError,
  WebTokenInvalidError,
  WebTokenKeyError,
  WebUsersInvalidError,
} from './errors.ts';
export { homeOf, openHome } from './home.ts';
export { looseModes } from './loose-modes.ts';
export { readInstanceConfig, writeInstanceConfig } from './instance-config.ts';
export type { ConfigSource, InstanceConfig, InstanceConfigOptions } from './instance-config.ts';
export { instanceOptions } from './instance-options.ts';
export type { InstanceKey, InstanceOption, InstanceSettings } from './instance-options.ts';
export { createKeyGrant } from './key-grant.ts';
export type { KeyGrant, KeyGrantOptions } from './key-grant.ts';
export { createUserGrant } from './user-grant.ts';
export type { UserGrant } from './user-grant.ts';
export { generateKeyPair, keysOfAddress, publicKeyOf } from './key-pair.ts';
export type { KeyPair } from './key-pair.ts';
export { KeyStore, openKeyStoreFile } from './key-store.ts';
export { KnownHosts } from './known-hosts.ts';
export {
  agentEntry,
  ensureEntries,
  platformCapabilities,
  platformEntry,
  serviceCapabilities,
} from './platform-entries.ts';
export { CertificateDirectory } from './certificates/certificate-directory.ts';
export type { CertificatePair } from './certificates/certificate-directory.ts';
export { RemoteCertificates } from './certificates/remote-certificates.ts';
export type { NewRemoteCertificate, RemoteCertificate } from './certificates/remote-certificates.ts';
export { buffersOf, createAccessTable } from './rules/access-table.ts';
export type { AccessTable } from './rules/access-table.ts';
export { Secret } from './secret.ts';
export { WebTokens } from './web-tokens.ts';
export type { WebTokenPair, WebTokensOptions, WebTokenUsers } from './web-tokens.ts';
export { WebUsers } from './web-users.ts';
export type { WebSession, WebUsersOptions } from './web-users.ts';
