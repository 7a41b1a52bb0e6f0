/** A row of a registry: its fields by the names of the header; `null` as a name holds those beyond the header. */
export type CsvRow = Readonly<Record<string, string | null | readonly string[]>>;

/**
 * Rows as Python's `csv.DictReader` reads them, every field as text: a row that is too short has null in its place, and
 * what is beyond the header stands under `null`, which is the JSON name of Python's None.
 */
export function parseCsvRows(text: string): CsvRow[] {
  const [header, ...rows] = csvRecords(text);
  return header === undefined ? [] : rows.map((row) => asObject(header, row));
}

function asObject(header: readonly string[], row: readonly string[]): CsvRow {
  const fields: [string, string | null | readonly string[]][] = header.map((name, at) => [name, row[at] ?? null]);
  const beyond = row.slice(header.length);
  return Object.fromEntries(beyond.length === 0 ? fields : [...fields, ['null', beyond]]);
}

/** Records that are not blank. A quote opens a quoted field only at its start; a doubled one within is one. */
function csvRecords(text: string): string[][] {
  const reader = new RecordReader();
  for (let at = 0; at < text.length;) at = reader.take(text, at);
  return reader.end();
}

const SPECIAL = /[",\r\n]/g;

/** Takes text piece by piece: everything up to the next special character at once. */
class RecordReader {
  readonly #records: string[][] = [];
  #record: string[] = [];
  #field = '';
  #quoted = false;
  /** Whether the field has begun with a quote, so that it counts although it may be empty. */
  #begun = false;

  take(text: string, from: number): number {
    const at = this.#quoted ? indexOr(text, '"', from) : nextSpecial(text, from);
    this.#field += text.slice(from, at);
    if (at === text.length) return at;
    return this.#quoted ? this.#quoteWithin(text, at) : this.#special(text, at);
  }

  end(): string[][] {
    this.#endRecord();
    return this.#records;
  }

  #quoteWithin(text: string, at: number): number {
    if (text[at + 1] === '"') {
      this.#field += '"';
      return at + 2;
    }
    this.#quoted = false;
    return at + 1;
  }

  #special(text: string, at: number): number {
    const character = text[at];
    if (character === ',') this.#endField();
    else if (character !== '"') this.#endRecord();
    else if (this.#field === '' && !this.#begun) {
      this.#quoted = true;
      this.#begun = true;
    } else this.#field += '"';
    return at + 1;
  }

  #endField(): void {
    this.#record.push(this.#field);
    this.#field = '';
    this.#begun = false;
  }

  #endRecord(): void {
    const blank = this.#record.length === 0 && this.#field === '' && !this.#begun;
    this.#endField();
    if (!blank) this.#records.push(this.#record);
    this.#record = [];
  }
}

const indexOr = (text: string, wanted: string, from: number): number => {
  const at = text.indexOf(wanted, from);
  return at < 0 ? text.length : at;
};

function nextSpecial(text: string, from: number): number {
  SPECIAL.lastIndex = from;
  return SPECIAL.exec(text)?.index ?? text.length;
}
