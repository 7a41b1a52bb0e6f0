/** How ended agents are started again. Times in milliseconds. */
export interface RestartLimits {
  /** Wait before the second restart in a row; the first has none. */
  readonly firstMs: number;
  /** No wait is longer, but for its jitter. */
  readonly capMs: number;
  /** After an end that waiting does not heal (denied, malformed configuration) no wait is shorter. */
  readonly slowMs: number;
  /** Who ran so long has no failures behind it any more. */
  readonly stableMs: number;
  /** The failure in a row at which people are told. */
  readonly alertAfter: number;
}

export const restartLimits: RestartLimits = {
  firstMs: 1000,
  capMs: 300_000,
  slowMs: 60_000,
  stableMs: 60_000,
  alertAfter: 5,
};

/** What an agent's next end is judged by. */
export interface Supervision {
  /** In a row. */
  readonly failures: number;
  /** Monotonic. */
  readonly startedAt: number;
}

export type Verdict =
  | { readonly restart: false }
  | { readonly restart: true; readonly failures: number; readonly delayMs: number; readonly alert: boolean };

/** Denied, and malformed configuration (docs/exit-codes.md). */
const SLOW_CODES: ReadonlySet<number> = new Set([77, 78]);
/** Waits differ by up to this share in either direction, so that agents which failed together do not return together. */
const JITTER = 0.2;

/**
 * What follows the end of an agent that nobody asked for. Code 0 is the agent's own will, and it stays ended (as in the
 * original); every other end is a failure: the first is followed by a start at once, later ones after waits that double.
 *
 * @param random from 0 to 1
 */
export function judgeEnd(
  { failures: before, startedAt }: Supervision,
  exitCode: number,
  now: number,
  limits: RestartLimits,
  random: number,
): Verdict {
  if (exitCode === 0) return { restart: false };
  const failures = now - startedAt >= limits.stableMs ? 1 : before + 1;
  const wait = failures === 1 ? 0 : Math.min(limits.capMs, limits.firstMs * 2 ** (failures - 2));
  const least = SLOW_CODES.has(exitCode) ? Math.max(wait, limits.slowMs) : wait;
  const delayMs = Math.round(least * (1 + JITTER * (2 * random - 1)));
  return { restart: true, failures, delayMs, alert: failures === limits.alertAfter };
}
