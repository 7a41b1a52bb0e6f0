/** What kept a worker from starting, instead of the fact that it ended. */
export function rethrowCause(error: unknown): never {
  throw error instanceof Error && error.cause instanceof Error ? error.cause : error;
}
