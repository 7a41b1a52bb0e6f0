import { pythonText } from './python-text.ts';

/** Names and what belongs to each, sorted, under underlined headings. */
export function twoColumns(
  headings: readonly [string, string],
  rows: Readonly<Record<string, string | readonly string[]>>,
): string {
  const [left, right] = headings;
  const width = Math.max(left.length, ...Object.keys(rows).map((name) => name.length)) + 2;
  const line = (name: string, text: string): string => `${name.padEnd(width)}${text}\n`;
  const show = (value: string | readonly string[]): string =>
    typeof value === 'string' ? value : pythonText(value.toSorted());
  return [
    line(left, right),
    line('-'.repeat(left.length), '-'.repeat(right.length)),
    ...Object.entries(rows)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => line(name, show(value))),
  ].join('');
}
