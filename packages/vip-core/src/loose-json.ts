import { ProtocolError } from './errors.ts';

const BARE = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/**
 * Parses JSON as Python writes it: bare `NaN`, `Infinity` and `-Infinity` are read as the numbers they name. Everything
 * else is strict JSON. Throws ProtocolError.
 */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw notJson(text, error);
    return parseBareNumbers(text);
  }
}

function parseBareNumbers(text: string): unknown {
  const mark = '\u0000number:';
  const marked = text.replace(BARE, (token) => (token.startsWith('"') ? token : JSON.stringify(mark + token)));
  try {
    return JSON.parse(marked, (_key, value: unknown) =>
      typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
    );
  } catch (error) {
    throw notJson(text, error);
  }
}

function notJson(text: string, cause: unknown): ProtocolError {
  return new ProtocolError('The text is no JSON.', { item: 'json', value: text.slice(0, 80), cause });
}
