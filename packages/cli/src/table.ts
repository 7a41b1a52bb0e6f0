/** A line of a table whose last column is as long as it is. */
export function columns(cells: readonly string[], widths: readonly number[]): string {
  return `${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' ')}\n`;
}

/** The width of each column but the last: that of its longest cell. */
export function columnWidths(rows: readonly (readonly string[])[]): number[] {
  const last = Math.max(0, (rows[0]?.length ?? 0) - 1);
  return Array.from({ length: last }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)));
}
