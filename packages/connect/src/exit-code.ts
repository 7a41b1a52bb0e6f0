/** Exit codes of our processes, in the manner of sysexits.h; documented in docs/exit-codes.md. */
export const exitCodes = {
  ok: 0,
  /** Something nobody foresaw; under `--no-wait` also an unanswered hello. */
  failure: 1,
  /** A wrong option or argument. */
  usage: 2,
  /** An address is in use or cannot be bound, a peer cannot be reached. */
  unavailable: 69,
  /** Home or a file in it cannot be read or written. */
  unreadable: 74,
  /** Denied: a foreign home, a denied key, a wrong server key. */
  noPermission: 77,
  /** A configuration is malformed. */
  configuration: 78,
} as const;

/** The stable codes of our errors, and those of the operating system, that end a process with a code of their own. */
const errorCodes: Readonly<Record<Exclude<keyof typeof exitCodes, 'ok' | 'failure'>, readonly string[]>> = {
  usage: ['usage', 'agent-module', 'agent-package', 'archive-refused', 'python-agent'],
  unavailable: [
    ...['bind', 'endpoint', 'unreachable', 'refused', 'discovery', 'database-busy', 'certificate-request'],
    ...['broker-missing', 'broker-start', 'broker-management', 'no-rabbitmq'],
    ...['web-port-in-use', 'web-name-unresolved', 'web-bind'],
    'grpc-bind',
    ...['EADDRINUSE', 'EADDRNOTAVAIL', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'],
  ],
  unreadable: [
    ...['home-unusable', 'file-missing', 'file-unreadable', 'file-unwritable', 'pages-missing'],
    ...['database-unusable', 'database-read-only', 'database-newer', 'database-older', 'migration-failed', 'disk-full'],
    ...['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'EISDIR', 'EROFS', 'ENOSPC', 'EIO', 'EMFILE', 'ENFILE', 'ELOOP'],
  ],
  noPermission: [
    ...[
      'home-foreign',
      'denied',
      'pending',
      'certificate-denied',
      'unauthorized',
      'identity-taken',
      'identity-reserved',
    ],
    ...['identity-in-use', 'wrong-serverkey', 'unknown-serverkey', 'serverkey-mismatch', 'known-host-mismatch'],
    ...['broker-refused', 'broker-certificate', 'client-certificate', 'no-certificate'],
  ],
  configuration: [
    ...['invalid-value', 'instance-config', 'json-file', 'key-store-invalid', 'known-hosts-invalid'],
    ...['auth-file-invalid', 'auth-file-newer', 'auth-entry-invalid', 'web-users-invalid', 'secret-file-invalid'],
    ...['web-address', 'web-certificate', 'certificate-file', 'root-certificate', 'no-remote-address'],
    ...['protected-topics', 'audit-key-invalid', 'certificate-name', 'web-token-key', 'rabbit-not-set-up'],
    ...['grpc-option', 'grpc-file'],
  ],
};

const byErrorCode = new Map(
  Object.entries(errorCodes).flatMap(([kind, codes]) =>
    codes.map((code) => [code, exitCodes[kind as keyof typeof errorCodes]] as const),
  ),
);

/** The exit code for an error's stable `code`. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return byErrorCode.get(code) ?? exitCodes.failure;
}
