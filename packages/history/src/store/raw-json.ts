/**
 * Takes the text of valid JSON apart without parsing its numbers, so that `1.0`, NaN and 64-bit integers are stored as
 * they were written (design §4.3).
 */

/** The members of an object's text by name; of equal names the last. Undefined for any other value. */
export function rawMembers(text: string): Map<string, string> | undefined {
  const members = new Map<string, string>();
  let at = skipSpace(text, 0);
  if (text[at] !== '{') return undefined;
  at = skipSpace(text, at + 1);
  while (at < text.length && text[at] !== '}') {
    const nameEnd = skipString(text, at);
    const name = JSON.parse(text.slice(at, nameEnd)) as string;
    const start = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = skipValue(text, start);
    members.set(name, text.slice(start, end));
    at = skipComma(text, end);
  }
  return members;
}

/** The elements of an array's text. Undefined for any other value. */
export function rawElements(text: string): string[] | undefined {
  const elements: string[] = [];
  let at = skipSpace(text, 0);
  if (text[at] !== '[') return undefined;
  at = skipSpace(text, at + 1);
  while (at < text.length && text[at] !== ']') {
    const end = skipValue(text, at);
    elements.push(text.slice(at, end));
    at = skipComma(text, end);
  }
  return elements;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

function skipComma(text: string, from: number): number {
  const at = skipSpace(text, from);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}

/** From the opening quote to behind the closing one. */
function skipString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charCodeAt(at);
    if (character === 0x22) return at + 1;
    if (character === 0x5c) at++;
  }
  return text.length;
}

function skipValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') return skipString(text, from);
  if (first === '{' || first === '[') return skipNested(text, from);
  let at = from + 1;
  while (at < text.length && !isEnd(text.charCodeAt(at))) at++;
  return at;
}

/** White space, comma, closing bracket or brace. */
const isEnd = (code: number): boolean => code <= 0x20 || code === 0x2c || code === 0x5d || code === 0x7d;

function skipNested(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = skipString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if ((character === '}' || character === ']') && --depth === 0) return at + 1;
  }
  return text.length;
}
