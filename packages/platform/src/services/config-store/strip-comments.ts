const START = /"|#|\/\/|\/\*/g;

/**
 * JSON without the comments that configurations may have: `#` and `//` to the end of a line, slash-star to star-slash.
 * As in the original, one that is not closed is none.
 */
export function stripComments(text: string): string {
  let kept = '';
  let from = 0;
  for (let at = nextStart(text, 0); at < text.length;) {
    const { end, isComment } = tokenAt(text, at);
    if (isComment) {
      kept += text.slice(from, at);
      from = end;
    }
    at = nextStart(text, end);
  }
  return kept + text.slice(from);
}

function nextStart(text: string, from: number): number {
  START.lastIndex = from;
  return START.exec(text)?.index ?? text.length;
}

/** The string or comment that starts here. */
function tokenAt(text: string, start: number): { readonly end: number; readonly isComment: boolean } {
  if (text[start] === '"') return { end: endOfString(text, start), isComment: false };
  if (text.startsWith('/*', start)) {
    const close = text.indexOf('*/', start + 2);
    return close < 0 ? { end: start + 2, isComment: false } : { end: close + 2, isComment: true };
  }
  const line = text.indexOf('\n', start);
  return { end: line < 0 ? text.length : line, isComment: true };
}

function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
