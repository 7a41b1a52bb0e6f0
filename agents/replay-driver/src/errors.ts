/** A file without a single row that could be replayed. */
export class EmptyFileError extends Error {
  override readonly name = 'EmptyFileError';
  readonly code = 'empty-file';
  constructor(path: string) {
    super(
      `${path} has no readings. Its first line names the points after "Time", each other line has a time and values.`,
    );
  }
}
