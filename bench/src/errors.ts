/** A bench that cannot be run: what is missing or went wrong, and the way out. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
  readonly remedy: string | undefined;

  constructor(message: string, remedy?: string, cause?: unknown) {
    super(remedy === undefined ? message : `${message} ${remedy}`, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}
