/** A JSON value as Python's `repr` writes it, which the original's messages contain. */
export function pythonRepr(value: unknown): string {
  if (typeof value === 'string') return textRepr(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([name, held]) => `${textRepr(name)}: ${pythonRepr(held)}`);
    return `{${members.join(', ')}}`;
  }
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return JSON.stringify(value);
}

/** Python's `str`: a text is itself. */
export const pythonStr = (value: unknown): string => (typeof value === 'string' ? value : pythonRepr(value));

function textRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return quote + escaped.replaceAll(quote, `\\${quote}`) + quote;
}
