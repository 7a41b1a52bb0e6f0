/** What the terminal shows of a failure: one line with the message and the way out, never a stack. */
export function failureLine(error: unknown): string {
  if (!(error instanceof Error)) return oneLine(String(error));
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? ` ${error.remedy}` : '';
  return oneLine(`${error.message}${remedy}`);
}

/** Control characters may come from a file or a peer, and must not reach a terminal. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
