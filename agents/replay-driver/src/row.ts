/** One row of the file. */
export interface Row {
  /** Its own time, local, without zone: `2014-10-13T10:33:00`. */
  readonly sourceTime: string;
  readonly values: Readonly<Record<string, number>>;
}

const TIME = /^(\d{1,2})\/(\d{1,2})\/(\d{4}) (\d{1,2}):(\d{2})$/;

/** Reads `Time,<point>,…` and the rows under it; cells that are empty or no number are left out. */
export class RowReader {
  readonly #points: readonly string[];

  constructor(header: string) {
    this.#points = header.split(',').slice(1);
  }

  /** Undefined for a line without a time or without values. */
  read(line: string): Row | undefined {
    const [time = '', ...cells] = line.split(',');
    const [, month, day, year, hour, minute] = TIME.exec(time) ?? [];
    if (month === undefined || day === undefined || hour === undefined) return undefined;
    const values: Record<string, number> = {};
    this.#points.forEach((point, index) => {
      const cell = cells[index]?.trim() ?? '';
      if (cell !== '' && Number.isFinite(Number(cell))) values[point] = Number(cell);
    });
    if (Object.keys(values).length === 0) return undefined;
    const two = (text: string): string => text.padStart(2, '0');
    return { sourceTime: `${year}-${two(month)}-${two(day)}T${two(hour)}:${minute}:00`, values };
  }
}
