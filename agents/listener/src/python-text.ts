const WIDTH = 80;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function quote(text: string): string {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark;
}

/** A value as Python's `repr` writes it. */
export function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  if (!isObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${quote(key)}: ${repr(item)}`)
    .join(', ')}}`;
}

/** A value as Python's `pprint` writes it: one line when it fits, else an item a line; keys sorted. */
export function prettyPrint(value: unknown, indent = 0): string {
  if (Array.isArray(value)) {
    if (fits(value, indent)) return repr(value);
    return `[${value.map((item) => prettyPrint(item, indent + 1)).join(`,\n${' '.repeat(indent + 1)}`)}]`;
  }
  if (!isObject(value)) return repr(value);
  const sorted = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  if (fits(value, indent)) return repr(Object.fromEntries(sorted));
  const lines = sorted.map(([key, item]) => {
    const name = `${quote(key)}: `;
    return name + prettyPrint(item, indent + 1 + name.length);
  });
  return `{${lines.join(`,\n${' '.repeat(indent + 1)}`)}}`;
}

const fits = (value: unknown, indent: number): boolean => repr(value).length + indent <= WIDTH;
