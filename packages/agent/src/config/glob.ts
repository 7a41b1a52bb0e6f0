/**
 * A shell-style pattern as Python's fnmatch reads it: `*`, `?`, `[abc]`, `[!abc]`, and nothing that escapes them. It
 * matches names whole, whatever their case.
 */
export function globExpression(pattern: string): RegExp {
  let expression = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at);
    const close = character === '[' ? pattern.indexOf(']', at + (pattern[at + 1] === '!' ? 3 : 2)) : -1;
    if (close > 0) {
      expression += setExpression(pattern.slice(at + 1, close));
      at = close;
    } else if (character === '*') expression += expression.endsWith('.*') ? '' : '.*';
    else expression += character === '?' ? '.' : escaped(character);
  }
  return new RegExp(`^${expression}$`, 'is');
}

const escaped = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);

function setExpression(members: string): string {
  const inverted = members.startsWith('!');
  const listed = (inverted ? members.slice(1) : members).replaceAll(/[\\^\][]/g, String.raw`\$&`);
  return `[${inverted ? '^' : ''}${withoutEmptyRanges(listed)}]`;
}

/** `[z-a]` matches nothing in Python; JavaScript refuses it. */
const withoutEmptyRanges = (listed: string): string =>
  listed.replaceAll(/([^\\])-([^\\])/g, (range, from: string, to: string) => (from > to ? '' : range));
