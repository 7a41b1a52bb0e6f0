import { compileExpression } from '@volttron-ts/vip-core';

/** The expression between the slashes of `/expression/`; undefined for any other text (reference/vip-zmq.md §3.4). */
export function expressionOf(text: string): string | undefined {
  return text.length > 1 && text.startsWith('/') && text.endsWith('/') ? text.slice(1, -1) : undefined;
}

/** What is wrong with a text as a rule; undefined when it is plain or a usable expression. */
export function matchProblem(text: string): string | undefined {
  try {
    textMatcher(text);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/**
 * Compares a text with a rule: equal, or matched as a whole by `/expression/`, in a time that no expression makes long.
 * Throws SyntaxError.
 */
export function textMatcher(rule: string): (text: string) => boolean {
  const expression = expressionOf(rule);
  return expression === undefined ? (text) => text === rule : compileExpression(expression);
}
