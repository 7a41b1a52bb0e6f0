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

const byErrorCode: readonly (readonly [RegExp, number])[] = [
  [/^(usage|ERR_PARSE_ARGS_)/, exitCodes.usage],
  [/^(config|invalid-value|json-file|auth-file|keystore)/, exitCodes.configuration],
  [/^(foreign-home|denied|wrong-serverkey|serverkey-mismatch|unknown-serverkey|unauthorized)/, exitCodes.noPermission],
  [/^(address-|EADDR|unreachable|discovery|port-in-use|bind)/, exitCodes.unavailable],
  [/^(file-|home-|unreadable|database|disk|EACCES|EPERM|ENOENT|EROFS|ENOSPC)/, exitCodes.unreadable],
];

/** The exit code for an error's stable `code`. */
export function exitCodeOf(error: unknown): number {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return byErrorCode.find(([pattern]) => pattern.test(code))?.[1] ?? exitCodes.failure;
}
