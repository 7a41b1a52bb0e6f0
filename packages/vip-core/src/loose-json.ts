import { ProtocolError } from './errors.ts';

/** A bare name that is no part of another word or number. */
const BARE = /(?<![-.\w])(?:-?Infinity|NaN)\b/g;

/** Arrays and objects within each other; beyond it, ordinary code that walks the value would overflow its stack. */
const MAX_DEPTH = 500;

/**
 * Parses JSON as Python writes it: bare `NaN`, `Infinity` and `-Infinity` are read as the numbers they name. Everything
 * else is strict JSON. Throws ProtocolError, also for nesting deeper than 500.
 */
export function parseLooseJson(text: string): unknown {
  if (text.length > MAX_DEPTH) checkDepth(text);
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw notJson(text, error);
    return parseBareNumbers(text);
  }
}

/** Infinity is what JSON.parse makes of 1e999; NaN becomes a literal that stands nowhere else in the text. */
function parseBareNumbers(text: string): unknown {
  let nan = '1e1000';
  while (text.includes(nan)) nan += '0';
  const literals: Readonly<Record<string, string>> = { NaN: nan, Infinity: '1e999', '-Infinity': '-1e999' };
  const restore = (_key: string, value: unknown, context?: { readonly source?: string }): unknown =>
    context?.source === nan ? NaN : value;
  try {
    return JSON.parse(
      outsideStrings(text, (part) => part.replace(BARE, (name) => literals[name] ?? name)),
      restore,
    );
  } catch (error) {
    throw notJson(text, error);
  }
}

function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '[' || character === '{') depth++;
    else if (character === ']' || character === '}') depth--;
    if (depth > MAX_DEPTH) {
      throw new ProtocolError(`The JSON text is nested deeper than ${MAX_DEPTH}.`, { item: 'json' });
    }
  }
}

function outsideStrings(text: string, change: (part: string) => string): string {
  let changed = '';
  for (let at = 0; at < text.length;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return changed + change(text.slice(at));
    const end = endOfString(text, quote);
    changed += change(text.slice(at, quote)) + text.slice(quote, end);
    at = end;
  }
  return changed;
}

function endOfString(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function notJson(text: string, cause: unknown): ProtocolError {
  return new ProtocolError('The text is no JSON.', { item: 'json', value: text.slice(0, 80), cause });
}
